import type { Group } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { DeleteGroupsDialog } from "../../components/delete-groups-dialog.tsx";
import { ResourceListPage } from "../../components/resource-list-page.tsx";
import { listAttachedPolicies } from "../../data/entity-policies.ts";
import { getGroup, listGroups } from "../../data/groups.ts";
import { formatDate } from "../../shared/format.ts";
import { CREATE_GROUP, groupPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    header: "Group name",
    text: getName,
    cell: (group) => <Link href={groupPath(getName(group))}>{getName(group)}</Link>,
  },
  { id: "users", header: "Users", cell: (group) => <UserCount groupName={getName(group)} /> },
  {
    id: "permissions",
    header: "Permissions",
    cell: (group) => <PolicyStatus groupName={getName(group)} />,
  },
  {
    id: "created",
    header: "Creation time",
    text: ({ CreateDate }) => formatDate(CreateDate),
    sortValue: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
  },
];

function getName({ GroupName = "" }: Group): string {
  return GroupName;
}

function UserCount({ groupName }: { groupName: string }) {
  const group = useLoad(`group ${groupName}`, () => getGroup(groupName));
  return group.data?.users.length ?? "–";
}

function PolicyStatus({ groupName }: { groupName: string }) {
  const attached = useLoad(`policies of ${groupName}`, () =>
    listAttachedPolicies({ kind: "group", name: groupName }),
  );
  if (attached.data === undefined) return "–";
  return attached.data.length > 0 ? "Defined" : "Not defined";
}

export default function Groups() {
  const groups = useLoad("groups", listGroups);
  return (
    <ResourceListPage
      title="User groups"
      description="A user group is a collection of IAM users. Use groups to specify permissions for a collection of users."
      pluralName="user groups"
      loaded={groups}
      columns={COLUMNS}
      getName={getName}
      createLink={{ text: "Create group", href: CREATE_GROUP }}
      deleteDialog={(selected, dialog) => <DeleteGroupsDialog names={selected.map(getName)} {...dialog} />}
      empty="No user groups"
    />
  );
}
