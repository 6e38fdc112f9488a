import { AddUserToGroupCommand, type Group, RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import { listGroupsForUser } from "../../data/users.ts";
import { GroupPicker } from "../../parts/group-picker.tsx";
import { Members } from "../../parts/members.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { formatCount, formatDate } from "../../shared/format.ts";
import { groupPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    header: "Group name",
    text: nameOf,
    cell: (group) => <Link href={groupPath(nameOf(group))}>{nameOf(group)}</Link>,
  },
  { id: "path", header: "Path", text: ({ Path = "/" }) => Path },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function nameOf({ GroupName = "" }: Group): string {
  return GroupName;
}

/** The user's groups. */
export function GroupsTab({ name }: { name: string }) {
  const groups = useLoad(`groups ${name}`, () => listGroupsForUser(name));
  return (
    <Members
      title="User groups membership"
      description="A user group is a collection of IAM users. Use groups to specify permissions for a collection of users."
      pluralName="user groups"
      loaded={groups}
      columns={COLUMNS}
      getName={nameOf}
      remove={({ GroupName }) => iam.send(new RemoveUserFromGroupCommand({ UserName: name, GroupName }))}
      removed={(n) => `${name} removed from ${formatCount(n, "user group")}.`}
      add={{
        text: "Add user to groups",
        dialog: (adding) => (
          <AddDialog userName={name} without={groups.data?.map(nameOf) ?? []} {...adding} />
        ),
      }}
      empty="No user groups."
    />
  );
}

type AddProps = { userName: string; without: string[]; onAdded: () => void; onCancel: () => void };

function AddDialog({ userName, without, onAdded, onCancel }: AddProps) {
  const [chosen, setChosen] = useState<readonly Group[]>([]);
  const task = useTask();
  const add = async () => {
    const done = await task.run(async () => {
      for (const { GroupName } of chosen) {
        await iam.send(new AddUserToGroupCommand({ UserName: userName, GroupName }));
      }
    });
    if (!done) return;
    flash(`${userName} added to ${formatCount(chosen.length, "user group")}.`);
    onAdded();
  };
  return (
    <FormDialog
      title={`Add ${userName} to groups`}
      submitText="Add user to groups"
      size="large"
      task={task}
      disabled={chosen.length === 0}
      onSubmit={() => void add()}
      onCancel={onCancel}
    >
      <GroupPicker chosen={chosen} without={without} onChange={setChosen} />
    </FormDialog>
  );
}
