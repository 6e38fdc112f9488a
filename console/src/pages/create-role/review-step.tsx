import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ReviewSection } from "../../components/review-section.tsx";
import { RoleDescriptionField } from "../../components/role-description-field.tsx";
import { SessionDurationField } from "../../components/session-duration-field.tsx";
import { NewTagsContainer } from "../../components/tags-editor.tsx";
import { formatList } from "../../shared/format.ts";
import { JsonView } from "../../shared/json.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { isRoleName, type RoleFormValues, type StepProps } from "./form-values.ts";

type Props = StepProps & { trustPolicy: string; onEdit: (step: number) => void; children: ReactNode };

/** The last step: the role's name and details, and a review of the earlier steps. */
export function ReviewStep({ trustPolicy, onEdit, children, ...stepProps }: Props) {
  const { values, onChange } = stepProps;
  return (
    <SpaceBetween size="l">
      <RoleDetails {...stepProps} />
      <ReviewSection title="Step 1: Select trusted entities" onEdit={() => onEdit(0)}>
        <JsonView name="Trust policy" text={trustPolicy} />
      </ReviewSection>
      <ReviewSection title="Step 2: Add permissions" onEdit={() => onEdit(1)}>
        <KeyValuePairs columns={2} minColumnWidth={190} items={permissionPairs(values)} />
      </ReviewSection>
      <NewTagsContainer tags={values.tags} onChange={(tags) => onChange({ tags })} />
      {children}
    </SpaceBetween>
  );
}

function RoleDetails({ values, showErrors, onChange }: StepProps) {
  return (
    <Container header={<Header>Role details</Header>}>
      <SpaceBetween size="l">
        <TextField
          label="Role name"
          description="Enter a meaningful name to identify this role."
          constraint="Maximum 64 characters. Use alphanumeric and '+ = , . @ - _' characters."
          error={showErrors && !isRoleName(values.name) && "Enter a valid role name."}
          value={values.name}
          onChange={(name) => onChange({ name })}
        />
        <RoleDescriptionField
          value={values.description}
          onChange={(description) => onChange({ description })}
        />
        <SessionDurationField
          value={values.maxSessionDuration}
          onChange={(maxSessionDuration) => onChange({ maxSessionDuration })}
        />
      </SpaceBetween>
    </Container>
  );
}

function permissionPairs({ policies, hasBoundary, boundary }: RoleFormValues) {
  return [
    {
      label: "Permissions policies",
      value: formatList(policies.map(({ PolicyName = "" }) => PolicyName)) || "None",
    },
    { label: "Permissions boundary", value: (hasBoundary && boundary[0]?.PolicyName) || "None" },
  ];
}
