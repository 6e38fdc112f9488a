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
  { id: "name", header: "Group name", text: nameOf },
  {
    id: "policies",
    header: "Attached policies",
    cell: (group) => <Policies of={nameOf(group)} />,
  },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function nameOf({ GroupName = "" }: Group): string {
  return GroupName;
}

function Policies({ of }: { of: string }) {
  const attached = useLoad(`policies of ${of}`, () => listAttachedPolicies({ kind: "group", name: of }));
  if (attached.data === undefined) return "–";
  return formatList(attached.data.map(({ PolicyName = "" }) => PolicyName)) || "None";
}

type Props = {
  chosen: readonly Group[];
  onChange: (chosen: readonly Group[]) => void;
  without?: readonly string[];
};

/** User groups to choose from; a new one can be made on the way, and is chosen then. */
export function GroupPicker({ chosen, onChange, without = [] }: Props) {
  const groups = useLoad("groups", listGroups);
  const [creating, setCreating] = useState(false);
  const created = (name: string) => {
    setCreating(false);
    groups.reload();
    onChange([...chosen, { GroupName: name } as Group]);
  };
  const offered = groups.data?.filter((group) => !without.includes(nameOf(group)));
  return (
    <>
      <ResourceTable
        title="User groups"
        pluralName="user groups"
        loaded={{ ...groups, data: offered }}
        columns={COLUMNS}
        getName={nameOf}
        selection={{ type: "multi", items: chosen, onChange }}
        actions={
          <Button formAction="none" onClick={() => setCreating(true)}>
            Create group
          </Button>
        }
        empty="No user groups."
      />
      {creating && <CreateGroupDialog onCreated={created} onCancel={() => setCreating(false)} />}
    </>
  );
}
