import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { PasswordRules } from "../../api/iamd.ts";
import { ConsoleAccess } from "../../parts/console-access.tsx";
import { TextField } from "../../shared/text-field.tsx";
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
        <TextField
          label="User name"
          constraint="The user name can have up to 64 characters. Valid characters: A-Z, a-z, 0-9, and + = , . @ _ - (hyphen)"
          error={incomplete && !isUserName(choices.name) && "This is no user name."}
          value={choices.name}
          onChange={(name) => onChange({ name })}
        />
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
