import type { Group } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { attachedToGroup, getGroup, listGroups } from "../../data/groups.ts";
import { DeleteGroupsDialog } from "../../parts/delete-groups-dialog.tsx";
import { type Column, Listing } from "../../shared/listing.tsx";
import { Title } from "../../shared/page.tsx";
import { CREATE_GROUP, groupPath } from "../../shared/paths.ts";
import { dateText } from "../../shared/text.ts";
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
    text: ({ CreateDate }) => dateText(CreateDate),
    order: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
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
  const attached = useLoad(`policies of ${of}`, () => attachedToGroup(of));
  if (attached.data === undefined) return "–";
  return attached.data.length > 0 ? "Defined" : "Not defined";
}

export default function Groups() {
  const groups = useLoad("groups", listGroups);
  const [chosen, setChosen] = useState<readonly Group[]>([]);
  const [deleting, setDeleting] = useState(false);
  const deleted = () => {
    setDeleting(false);
    setChosen([]);
    groups.reload();
  };
  return (
    <>
      <Title of="User groups" />
      <Listing
        title="User groups"
        headingLevel="h1"
        variant="full-page"
        description="A user group is a collection of IAM users. Use groups to specify permissions for a collection of users."
        things="user groups"
        list={groups}
        columns={COLUMNS}
        nameOf={nameOf}
        selection={{ type: "multi", items: chosen, onChange: setChosen }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel="Refresh user groups" onClick={groups.reload} />
            <Button disabled={chosen.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={CREATE_GROUP}>
              Create group
            </Button>
          </SpaceBetween>
        }
        empty="No user groups."
      />
      {deleting && (
        <DeleteGroupsDialog
          names={chosen.map(nameOf)}
          onDeleted={deleted}
          onCancel={() => setDeleting(false)}
        />
      )}
    </>
  );
}
