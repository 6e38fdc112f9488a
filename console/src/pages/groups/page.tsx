import type { Group } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { listAttachedPolicies } from "../../data/entity-policies.ts";
import { getGroup, listGroups } from "../../data/groups.ts";
import { DeleteGroupsDialog } from "../../parts/delete-groups-dialog.tsx";
import { Inventory } from "../../parts/inventory.tsx";
import { formatDate } from "../../shared/format.ts";
import { CREATE_GROUP, groupPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    header: "Group name",
    text: nameOf,
    cell: (group) => <Link href={groupPath(nameOf(group))}>{nameOf(group)}</Link>,
  },
  { id: "users", header: "Users", cell: (group) => <Users of={nameOf(group)} /> },
  {
    id: "permissions",
    header: "Permissions",
    cell: (group) => <Policies of={nameOf(group)} />,
  },
  {
    id: "created",
    header: "Creation time",
    text: ({ CreateDate }) => formatDate(CreateDate),
    sortValue: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
  },
];

function nameOf({ GroupName = "" }: Group): string {
  return GroupName;
}

function Users({ of }: { of: string }) {
  const group = useLoad(`group ${of}`, () => getGroup(of));
  return group.data?.users.length ?? "–";
}

function Policies({ of }: { of: string }) {
  const attached = useLoad(`policies of ${of}`, () => listAttachedPolicies({ kind: "group", name: of }));
  if (attached.data === undefined) return "–";
  return attached.data.length > 0 ? "Defined" : "Not defined";
}

export default function Groups() {
  const groups = useLoad("groups", listGroups);
  return (
    <Inventory
      title="User groups"
      description="A user group is a collection of IAM users. Use groups to specify permissions for a collection of users."
      pluralName="user groups"
      loaded={groups}
      columns={COLUMNS}
      getName={nameOf}
      create={{ text: "Create group", href: CREATE_GROUP }}
      deletion={(chosen, dialog) => <DeleteGroupsDialog names={chosen.map(nameOf)} {...dialog} />}
      empty="No user groups."
    />
  );
}
