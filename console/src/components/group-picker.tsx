import type { Group } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { listAttachedPolicies } from "../data/entity-policies.ts";
import { listGroups } from "../data/groups.ts";
import { formatDate, formatList } from "../shared/format.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { useLoad } from "../state/load.ts";
import { CreateGroupDialog } from "./create-group-dialog.tsx";

const COLUMNS: readonly Column<Group>[] = [
  { id: "name", header: "Group name", text: getName },
  {
    id: "policies",
    header: "Attached policies",
    cell: (group) => <AttachedPolicies groupName={getName(group)} />,
  },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function getName({ GroupName = "" }: Group): string {
  return GroupName;
}

function AttachedPolicies({ groupName }: { groupName: string }) {
  const attached = useLoad(`policies of ${groupName}`, () =>
    listAttachedPolicies({ kind: "group", name: groupName }),
  );
  if (attached.data === undefined) return "–";
  return formatList(attached.data.map(({ PolicyName = "" }) => PolicyName)) || "None";
}

type Props = {
  selected: readonly Group[];
  onChange: (selected: readonly Group[]) => void;
  exclude?: readonly string[];
};

/** A table to select user groups from. A new group can be created here, and is then selected. */
export function GroupPicker({ selected, onChange, exclude = [] }: Props) {
  const groups = useLoad("groups", listGroups);
  const [creating, setCreating] = useState(false);
  const handleCreated = (name: string) => {
    setCreating(false);
    groups.reload();
    onChange([...selected, { GroupName: name } as Group]);
  };
  const available = groups.data?.filter((group) => !exclude.includes(getName(group)));
  return (
    <>
      <ResourceTable
        title="User groups"
        pluralName="user groups"
        loaded={{ ...groups, data: available }}
        columns={COLUMNS}
        getName={getName}
        selection={{ type: "multi", items: selected, onChange }}
        actions={
          <Button formAction="none" onClick={() => setCreating(true)}>
            Create group
          </Button>
        }
        empty="No user groups"
      />
      {creating && <CreateGroupDialog onCreated={handleCreated} onCancel={() => setCreating(false)} />}
    </>
  );
}
