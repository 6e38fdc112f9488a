import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles, { type TilesProps } from "@cloudscape-design/components/tiles";
import type { ComponentType } from "react";
import { JsonField } from "../../shared/json.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { AccountFields } from "./account-fields.tsx";
import { isServicePrincipal, type StepProps, type TrustedEntityType } from "./form-values.ts";
import { WebIdentityFields } from "./web-identity-fields.tsx";

const ENTITY_TYPES: readonly (TilesProps.TilesDefinition & { value: TrustedEntityType })[] = [
  {
    value: "account",
    label: "AWS account",
    description: "Allow users and roles in this account or another AWS account to assume this role.",
  },
  {
    value: "service",
    label: "AWS service",
    description: "Allow an AWS service like EC2 or Lambda to perform actions in this account.",
  },
  {
    value: "web-identity",
    label: "Web identity",
    description: "Allow users federated by an external web identity provider to assume this role.",
  },
  {
    value: "custom",
    label: "Custom trust policy",
    description: "Create a custom trust policy to enable others to perform actions in this account.",
  },
];

const FIELDS: Readonly<Record<TrustedEntityType, ComponentType<StepProps>>> = {
  account: AccountFields,
  service: ServiceField,
  "web-identity": WebIdentityFields,
  custom: CustomTrustPolicyField,
};

const TITLES: Readonly<Record<TrustedEntityType, string>> = {
  account: "An AWS account",
  service: "Use case",
  "web-identity": "Web identity",
  custom: "Custom trust policy",
};

/** The first step: the entity that can assume the role. */
export function TrustedEntityStep(props: StepProps) {
  const { entityType } = props.values;
  const Fields = FIELDS[entityType];
  return (
    <SpaceBetween size="l">
      <Container header={<Header>Trusted entity type</Header>}>
        <Tiles
          ariaLabel="Trusted entity type"
          columns={2}
          value={entityType}
          items={ENTITY_TYPES}
          onChange={({ detail }) => props.onChange({ entityType: detail.value as TrustedEntityType })}
        />
      </Container>
      <Container header={<Header>{TITLES[entityType]}</Header>}>
        <Fields {...props} />
      </Container>
    </SpaceBetween>
  );
}

function ServiceField({ values, showErrors, onChange }: StepProps) {
  return (
    <TextField
      label="Service principal"
      description="The identifier of the service in trust policies."
      placeholder="ec2.amazonaws.com"
      error={showErrors && !isServicePrincipal(values.service) && "Enter a valid service principal."}
      value={values.service}
      onChange={(service) => onChange({ service })}
    />
  );
}

function CustomTrustPolicyField({ values, onChange }: StepProps) {
  return (
    <JsonField
      label="Trust policy (JSON)"
      value={values.customTrustPolicy}
      onChange={(customTrustPolicy) => onChange({ customTrustPolicy })}
    />
  );
}
