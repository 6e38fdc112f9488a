import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles, { type TilesProps } from "@cloudscape-design/components/tiles";
import type { ComponentType } from "react";
import { JsonField } from "../../shared/json.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { AccountFields } from "./account-fields.tsx";
import { isService, type StepProps, type Way } from "./choices.ts";
import { WebIdentityFields } from "./web-identity-fields.tsx";

const WAYS: readonly (TilesProps.TilesDefinition & { value: Way })[] = [
  {
    value: "account",
    label: "AWS account",
    description: "Users and roles of this account, or of another one, assume the role.",
  },
  {
    value: "service",
    label: "AWS service",
    description: "A service like EC2 or Lambda assumes the role to act for you.",
  },
  {
    value: "web-identity",
    label: "Web identity",
    description: "Whoever an identity provider vouches for assumes the role with its token.",
  },
  {
    value: "custom",
    label: "Custom trust policy",
    description: "You write down yourself who assumes the role, and when.",
  },
];

const FIELDS: Readonly<Record<Way, ComponentType<StepProps>>> = {
  account: AccountFields,
  service: ServiceFields,
  "web-identity": WebIdentityFields,
  custom: CustomFields,
};

const TITLES: Readonly<Record<Way, string>> = {
  account: "An AWS account",
  service: "Use case",
  "web-identity": "Web identity",
  custom: "Custom trust policy",
};

/** The first step: who may assume the role. */
export function TrustStep(props: StepProps) {
  const { way } = props.choices;
  const Fields = FIELDS[way];
  return (
    <SpaceBetween size="l">
      <Container header={<Header>Trusted entity type</Header>}>
        <Tiles
          ariaLabel="Trusted entity type"
          columns={2}
          value={way}
          items={WAYS}
          onChange={({ detail }) => props.onChange({ way: detail.value as Way })}
        />
      </Container>
      <Container header={<Header>{TITLES[way]}</Header>}>
        <Fields {...props} />
      </Container>
    </SpaceBetween>
  );
}

function ServiceFields({ choices, incomplete, onChange }: StepProps) {
  return (
    <TextField
      label="Service principal"
      description="The name under which the service assumes roles."
      placeholder="ec2.amazonaws.com"
      error={incomplete && !isService(choices.service) && "This is no service principal."}
      value={choices.service}
      onChange={(service) => onChange({ service })}
    />
  );
}

function CustomFields({ choices, onChange }: StepProps) {
  return (
    <JsonField
      label="Trust policy (JSON)"
      value={choices.custom}
      onChange={(custom) => onChange({ custom })}
    />
  );
}
