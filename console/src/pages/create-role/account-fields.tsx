import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { TextField } from "../../shared/text-field.tsx";
import { useSession } from "../../state/session.tsx";
import { isAccountId, isExternalId, type StepProps } from "./form-values.ts";

/** The trusted account, and its conditions. */
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
          error={showErrors && !isAccountId(values.otherAccountId) && "Enter a valid account ID."}
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
        description="Best practice when a third party will assume this role. The third party must provide the external ID."
        onChange={({ detail }) => onChange({ requireExternalId: detail.checked })}
      >
        Require external ID
      </Checkbox>
      {values.requireExternalId && (
        <div className="indented">
          <TextField
            label="External ID"
            constraint="2 to 1224 characters, no spaces. Use alphanumeric and '+ = , . @ : / - _' characters."
            error={showErrors && !isExternalId(values.externalId) && "Enter a valid external ID."}
            value={values.externalId}
            onChange={(externalId) => onChange({ externalId })}
          />
        </div>
      )}
      <Checkbox
        checked={values.requireMfa}
        description="Callers must sign in with MFA."
        onChange={({ detail }) => onChange({ requireMfa: detail.checked })}
      >
        Require MFA
      </Checkbox>
    </SpaceBetween>
  );
}
