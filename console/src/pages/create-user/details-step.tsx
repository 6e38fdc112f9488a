import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PasswordRules } from "../../api/iamd.ts";
import { ConsoleAccess } from "../../parts/console-access.tsx";
import { type Choices, isUserName } from "./choices.ts";

type Props = {
  choices: Choices;
  rules: PasswordRules;
  incomplete: boolean;
  onChange: (change: Partial<Choices>) => void;
};

export function DetailsStep({ choices, rules, incomplete, onChange }: Props) {
  return (
    <Container header={<Header>User details</Header>}>
      <SpaceBetween size="l">
        <FormField
          label="User name"
          constraintText="The user name can have up to 64 characters. Valid characters: A-Z, a-z, 0-9, and + = , . @ _ - (hyphen)"
          errorText={incomplete && !isUserName(choices.name) && "This is no user name."}
        >
          <Input
            value={choices.name}
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => onChange({ name: detail.value })}
          />
        </FormField>
        <Checkbox
          checked={choices.console}
          description="With a password the user can sign in here."
          onChange={({ detail }) => onChange({ console: detail.checked })}
        >
          Provide user access to the iamd Management Console – <i>optional</i>
        </Checkbox>
        {choices.console && (
          <ConsoleAccess value={choices} rules={rules} incomplete={incomplete} onChange={onChange} />
        )}
      </SpaceBetween>
    </Container>
  );
}
