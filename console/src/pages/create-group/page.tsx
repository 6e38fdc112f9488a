import type { Policy, User } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { PolicyPicker } from "../../components/policy-picker.tsx";
import { UserPicker } from "../../components/user-picker.tsx";
import { createGroup } from "../../data/groups.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { Page } from "../../shared/page.tsx";
import { GROUPS } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { NAME_CONSTRAINT, TextField } from "../../shared/text-field.tsx";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { useTask } from "../../state/task.ts";

export default function CreateGroup() {
  const [nameInput, setNameInput] = useState("");
  const [users, setUsers] = useState<readonly User[]>([]);
  const [policies, setPolicies] = useState<readonly Policy[]>([]);
  const task = useTask();
  const name = nameInput.trim();
  const create = () =>
    task.run(async () => {
      const userNames = users.map(({ UserName = "" }) => UserName);
      const errors = await createGroup(
        name,
        userNames,
        policies.map(({ Arn = "" }) => Arn),
      );
      navigate(GROUPS);
      flash(`User group ${name} created.`);
      for (const error of errors) flash(error.message, "error");
    });
  return (
    <Page title="Create user group">
      <SubmitForm
        submitText="Create user group"
        cancelHref={GROUPS}
        busy={task.busy}
        disabled={name === ""}
        onSubmit={() => void create()}
      >
        <Container header={<Header>Name the group</Header>}>
          <TextField
            label="User group name"
            description="Enter a meaningful name to identify this group."
            constraint={NAME_CONSTRAINT}
            value={nameInput}
            onChange={setNameInput}
          />
        </Container>
        <UserPicker title="Add users to the group" selected={users} onChange={setUsers} />
        <PolicyPicker title="Attach permissions policies" selected={policies} onChange={setPolicies} />
        <ErrorAlert error={task.error} />
      </SubmitForm>
    </Page>
  );
}
