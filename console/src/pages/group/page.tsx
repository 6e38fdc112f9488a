import { DeleteGroupsDialog } from "../../components/delete-groups-dialog.tsx";
import { PermissionsPolicies } from "../../components/permissions-policies.tsx";
import { type GroupWithUsers, getGroup } from "../../data/groups.ts";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { DetailPage } from "../../shared/detail-page.tsx";
import { formatDate } from "../../shared/format.ts";
import { GROUPS } from "../../shared/paths.ts";
import { Summary } from "../../shared/summary.tsx";
import { UrlTabs } from "../../shared/url-tabs.tsx";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { UsersTab } from "./users-tab.tsx";

export default function GroupPage({ name }: { name: string }) {
  const group = useLoad(`group ${name}`, () => getGroup(name));
  return (
    <DetailPage
      title={name}
      resource={group}
      deleteDialog={(_, close) => (
        <DeleteGroupsDialog names={[name]} onDeleted={() => navigate(GROUPS)} onCancel={close} />
      )}
    >
      {(data) => (
        <>
          <GroupSummary data={data} />
          <GroupTabs data={data} reload={group.reload} />
        </>
      )}
    </DetailPage>
  );
}

function GroupSummary({ data: { group } }: { data: GroupWithUsers }) {
  return (
    <Summary
      items={[
        { label: "User group name", value: <span className="breakable">{group.GroupName}</span> },
        { label: "Creation time", value: formatDate(group.CreateDate) },
        { label: "ARN", value: <CopyableText value={group.Arn ?? ""} name="ARN" /> },
      ]}
    />
  );
}

function GroupTabs({ data, reload }: { data: GroupWithUsers; reload: () => void }) {
  const name = data.group.GroupName ?? "";
  return (
    <UrlTabs
      label="User group"
      tabs={[
        { id: "users", label: "Users", content: () => <UsersTab data={data} onChanged={reload} /> },
        {
          id: "permissions",
          label: "Permissions",
          content: () => <PermissionsPolicies entity={{ kind: "group", name }} />,
        },
      ]}
    />
  );
}
