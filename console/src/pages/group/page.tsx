import { type GroupWithUsers, getGroup } from "../../data/groups.ts";
import { DeleteGroupsDialog } from "../../parts/delete-groups-dialog.tsx";
import { Permissions } from "../../parts/permissions.tsx";
import { Copyable } from "../../shared/copyable.tsx";
import { DetailPage } from "../../shared/detail-page.tsx";
import { GROUPS } from "../../shared/paths.ts";
import { Sections } from "../../shared/sections.tsx";
import { Summary } from "../../shared/summary.tsx";
import { dateText } from "../../shared/text.ts";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { UsersTab } from "./users-tab.tsx";

/** One user group. */
export default function GroupPage({ name }: { name: string }) {
  const group = useLoad(`group ${name}`, () => getGroup(name));
  return (
    <DetailPage
      title={name}
      of={group}
      deletion={(_, close) => (
        <DeleteGroupsDialog names={[name]} onDeleted={() => navigate(GROUPS)} onCancel={close} />
      )}
    >
      {(data) => (
        <>
          <GroupSummary of={data} />
          <GroupTabs of={data} reload={group.reload} />
        </>
      )}
    </DetailPage>
  );
}

function GroupSummary({ of: { group } }: { of: GroupWithUsers }) {
  return (
    <Summary
      items={[
        { label: "User group name", value: <span className="breakable">{group.GroupName}</span> },
        { label: "Creation time", value: dateText(group.CreateDate) },
        { label: "ARN", value: <Copyable value={group.Arn ?? ""} name="ARN" /> },
      ]}
    />
  );
}

function GroupTabs({ of, reload }: { of: GroupWithUsers; reload: () => void }) {
  const name = of.group.GroupName ?? "";
  return (
    <Sections
      label="User group"
      sections={[
        { id: "users", label: "Users", content: () => <UsersTab of={of} onChanged={reload} /> },
        {
          id: "permissions",
          label: "Permissions",
          content: () => <Permissions entity={{ kind: "group", name }} />,
        },
      ]}
    />
  );
}
