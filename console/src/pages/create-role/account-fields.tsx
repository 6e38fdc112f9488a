import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TextField } from "../../shared/text-field.tsx";
import { useSession } from "../../state/session.tsx";
import { isAccountId, isExternalId, type StepProps } from "./choices.ts";

/** Which account is trusted, and what it takes besides. */
export function AccountFields(props: StepProps) {
  const { choices, incomplete, onChange } = props;
  const { AccountId } = useSession();
  return (
    <SpaceBetween size="l">
      <FormField label="Account">
        <RadioGroup
          value={choices.another ? "another" : "this"}
          onChange={({ detail }) => onChange({ another: detail.value === "another" })}
          items={[
            { value: "this", label: `This account (${AccountId})` },
            { value: "another", label: "Another AWS account" },
          ]}
        />
      </FormField>
      {choices.another && (
        <TextField
          label="Account ID"
          constraint="An account ID has 12 digits."
          error={incomplete && !isAccountId(choices.otherAccount) && "This is no account ID."}
          numeric
          value={choices.otherAccount}
          onChange={(typed) => onChange({ otherAccount: typed.replaceAll(/[\s-]/g, "") })}
        />
      )}
      <Options {...props} />
    </SpaceBetween>
  );
}

function Options({ choices, incomplete, onChange }: StepProps) {
  return (
    <SpaceBetween size="s">
      <Box variant="awsui-key-label">Options</Box>
      <Checkbox
        checked={choices.needsExternalId}
        description="Best practice when somebody else's program assumes the role for you: it must name the ID that you agreed on."
        onChange={({ detail }) => onChange({ needsExternalId: detail.checked })}
      >
        Require external ID
      </Checkbox>
      {choices.needsExternalId && (
        <div className="indented">
          <TextField
            label="External ID"
            constraint="2 to 1224 characters, without spaces. Use alphanumeric and '+ = , . @ : / - _' characters."
            error={incomplete && !isExternalId(choices.externalId) && "This is no external ID."}
            value={choices.externalId}
            onChange={(externalId) => onChange({ externalId })}
          />
        </div>
      )}
      <Checkbox
        checked={choices.needsMfa}
        description="Only who has shown an MFA device assumes the role."
        onChange={({ detail }) => onChange({ needsMfa: detail.checked })}
      >
        Require MFA
      </Checkbox>
    </SpaceBetween>
  );
}
