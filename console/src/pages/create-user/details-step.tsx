import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PasswordRules } from "../../api/iamd.ts";
import { ConsolePasswordFields } from "../../components/console-password-fields.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { isUserName, type UserFormValues } from "./form-values.ts";

type Props = {
  values: UserFormValues;
  rules: PasswordRules;
  showErrors: boolean;
  onChange: (update: Partial<UserFormValues>) => void;
};

export function DetailsStep({ values, rules, showErrors, onChange }: Props) {
  return (
    <Container header={<Header>User details</Header>}>
      <SpaceBetween size="l">
        <TextField
          label="User name"
          constraint="The user name can have up to 64 characters. Valid characters: A-Z, a-z, 0-9, and + = , . @ _ - (hyphen)"
          error={showErrors && !isUserName(values.name) && "Enter a valid user name."}
          value={values.name}
          onChange={(name) => onChange({ name })}
        />
        <Checkbox
          checked={values.consoleAccess}
          description="The user gets a password to sign in to the console."
          onChange={({ detail }) => onChange({ consoleAccess: detail.checked })}
        >
          Provide user access to the iamd Management Console – <i>optional</i>
        </Checkbox>
        {values.consoleAccess && (
          <ConsolePasswordFields value={values} rules={rules} showErrors={showErrors} onChange={onChange} />
        )}
      </SpaceBetween>
    </Container>
  );
}
