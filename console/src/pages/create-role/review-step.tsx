import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ReviewSection } from "../../parts/review-section.tsx";
import { RoleDescription } from "../../parts/role-description.tsx";
import { SessionDuration } from "../../parts/session-duration.tsx";
import { NewTags } from "../../parts/tags-editor.tsx";
import { formatList } from "../../shared/format.ts";
import { JsonView } from "../../shared/json.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { type Choices, isRoleName, type StepProps } from "./choices.ts";

type Props = StepProps & { trust: string; onEdit: (step: number) => void; children: ReactNode };

/** The last step: what the role is called, and all that was chosen. */
export function ReviewStep({ trust, onEdit, children, ...given }: Props) {
  const { choices, onChange } = given;
  return (
    <SpaceBetween size="l">
      <RoleDetails {...given} />
      <ReviewSection title="Step 1: Select trusted entities" onEdit={() => onEdit(0)}>
        <JsonView name="Trust policy" text={trust} />
      </ReviewSection>
      <ReviewSection title="Step 2: Add permissions" onEdit={() => onEdit(1)}>
        <KeyValuePairs columns={2} minColumnWidth={190} items={permissionPairs(choices)} />
      </ReviewSection>
      <NewTags tags={choices.tags} onChange={(tags) => onChange({ tags })} />
      {children}
    </SpaceBetween>
  );
}

function RoleDetails({ choices, incomplete, onChange }: StepProps) {
  return (
    <Container header={<Header>Role details</Header>}>
      <SpaceBetween size="l">
        <TextField
          label="Role name"
          description="Enter a meaningful name to identify this role."
          constraint="Maximum 64 characters. Use alphanumeric and '+ = , . @ - _' characters."
          error={incomplete && !isRoleName(choices.name) && "This is no role name."}
          value={choices.name}
          onChange={(name) => onChange({ name })}
        />
        <RoleDescription value={choices.description} onChange={(description) => onChange({ description })} />
        <SessionDuration
          value={choices.maxSessionDuration}
          onChange={(maxSessionDuration) => onChange({ maxSessionDuration })}
        />
      </SpaceBetween>
    </Container>
  );
}

function permissionPairs({ policies, bounded, boundary }: Choices) {
  return [
    {
      label: "Permissions policies",
      value: formatList(policies.map(({ PolicyName = "" }) => PolicyName)) || "None",
    },
    { label: "Permissions boundary", value: (bounded && boundary[0]?.PolicyName) || "None" },
  ];
}
