import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { listUsers } from "../../data/users.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { formatCount } from "../../shared/format.ts";
import { CREATE_USER, SERVICES } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { useLoad } from "../../state/load.ts";
import type { Task } from "../../state/task.ts";

export type ApiKeyOptions = { userName: string; ageDays: number | undefined };

const NEVER: SelectProps.Option = { value: "", label: "Never" };
const AGES: readonly SelectProps.Option[] = [
  NEVER,
  ...[30, 90, 180, 365].map((days) => ({ value: String(days), label: `In ${formatCount(days, "day")}` })),
];

type Props = { task: Task; onCreate: (options: ApiKeyOptions) => void };

/** Whose API key it will be, and when it expires. */
export function ApiKeyForm({ task, onCreate }: Props) {
  const users = useLoad("users", listUsers);
  const [userName, setUserName] = useState("");
  const [age, setAge] = useState(NEVER);
  return (
    <SubmitForm
      submitText="Create API key"
      cancelHref={SERVICES}
      busy={task.busy}
      disabled={userName === ""}
      onSubmit={() => onCreate({ userName, ageDays: age.value ? Number(age.value) : undefined })}
    >
      <Container header={<Header>API key details</Header>}>
        <SpaceBetween size="l">
          <AsyncContent state={users}>
            {(all) => (
              <UserField
                names={all.map(({ UserName = "" }) => UserName)}
                value={userName}
                onChange={setUserName}
              />
            )}
          </AsyncContent>
          <FormField label="Expires">
            <Select
              options={AGES}
              selectedOption={age}
              onChange={({ detail }) => setAge(detail.selectedOption)}
            />
          </FormField>
          <ErrorAlert error={task.error} />
        </SpaceBetween>
      </Container>
    </SubmitForm>
  );
}

type UserFieldProps = { names: readonly string[]; value: string; onChange: (name: string) => void };

function UserField({ names, value, onChange }: UserFieldProps) {
  if (names.length === 0) {
    return (
      <Box>
        No users. <Link href={CREATE_USER}>Create a user</Link> for the service first.
      </Box>
    );
  }
  return (
    <FormField
      label="User"
      description="Whoever has the API key can ask for decisions, as far as this user may. Use a user of the service's own. A user can have a maximum of two API keys."
    >
      <Select
        options={names.map((name) => ({ value: name, label: name }))}
        filteringType="auto"
        filteringAriaLabel="Search users"
        filteringPlaceholder="Search users"
        empty="No users match the search."
        placeholder="Choose a user"
        selectedOption={value === "" ? null : { value, label: value }}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
