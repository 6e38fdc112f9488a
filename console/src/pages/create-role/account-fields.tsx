import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TextField } from "../../shared/text-field.tsx";
import { useSession } from "../../state/session.tsx";
import { isAccountId, isExternalId, type StepProps } from "./form-values.ts";

/** Which account is trusted, and what it takes besides. */
export function AccountFields(props: StepProps) {
  const { values, showErrors, onChange } = props;
  const { AccountId } = useSession();
  return (
    <SpaceBetween size="l">
      <FormField label="Account">
        <RadioGroup
          value={values.otherAccount ? "another" : "this"}
          onChange={({ detail }) => onChange({ otherAccount: detail.value === "another" })}
          items={[
            { value: "this", label: `This account (${AccountId})` },
            { value: "another", label: "Another AWS account" },
          ]}
        />
      </FormField>
      {values.otherAccount && (
        <TextField
          label="Account ID"
          constraint="An account ID has 12 digits."
          error={showErrors && !isAccountId(values.otherAccountId) && "This is no account ID."}
          numeric
          value={values.otherAccountId}
          onChange={(input) => onChange({ otherAccountId: input.replaceAll(/[\s-]/g, "") })}
        />
      )}
      <AccountOptions {...props} />
    </SpaceBetween>
  );
}

function AccountOptions({ values, showErrors, onChange }: StepProps) {
  return (
    <SpaceBetween size="s">
      <Box variant="awsui-key-label">Options</Box>
      <Checkbox
        checked={values.requireExternalId}
        description="Best practice when somebody else's program assumes the role for you: it must name the ID that you agreed on."
        onChange={({ detail }) => onChange({ requireExternalId: detail.checked })}
      >
        Require external ID
      </Checkbox>
      {values.requireExternalId && (
        <div className="indented">
          <TextField
            label="External ID"
            constraint="2 to 1224 characters, without spaces. Use alphanumeric and '+ = , . @ : / - _' characters."
            error={showErrors && !isExternalId(values.externalId) && "This is no external ID."}
            value={values.externalId}
            onChange={(externalId) => onChange({ externalId })}
          />
        </div>
      )}
      <Checkbox
        checked={values.requireMfa}
        description="Only who has shown an MFA device assumes the role."
        onChange={({ detail }) => onChange({ requireMfa: detail.checked })}
      >
        Require MFA
      </Checkbox>
    </SpaceBetween>
  );
}
