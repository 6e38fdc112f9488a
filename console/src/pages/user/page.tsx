import type { LoginProfile, User } from "@aws-sdk/client-iam";
import { DeleteUsersDialog } from "../../components/delete-users-dialog.tsx";
import { PermissionsTab } from "../../components/permissions-tab.tsx";
import { TagsTab } from "../../components/tags-tab.tsx";
import { getLoginProfile, getUser } from "../../data/users.ts";
import { DetailPage } from "../../shared/detail-page.tsx";
import { USERS, type UserTab } from "../../shared/paths.ts";
import { UrlTabs } from "../../shared/url-tabs.tsx";
import { type Loaded, useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { GroupsTab } from "./groups-tab.tsx";
import { SecurityCredentialsTab } from "./security-credentials-tab.tsx";
import { UserSummary } from "./user-summary.tsx";

export default function UserPage({ name }: { name: string }) {
  const user = useLoad(`user ${name}`, () => getUser(name));
  const profile = useLoad(`profile ${name}`, () => getLoginProfile(name));
  return (
    <DetailPage
      title={name}
      resource={user}
      deleteDialog={(_, close) => (
        <DeleteUsersDialog names={[name]} onDeleted={() => navigate(USERS)} onCancel={close} />
      )}
    >
      {(data) => (
        <>
          <UserSummary user={data} profile={profile.data} />
          <UserTabs user={data} profile={profile} reload={user.reload} />
        </>
      )}
    </DetailPage>
  );
}

type TabsProps = { user: User; profile: Loaded<LoginProfile | null>; reload: () => void };

function UserTabs({ user, profile, reload }: TabsProps) {
  const name = user.UserName ?? "";
  return (
    <UrlTabs
      label="User"
      tabs={[
        {
          id: "permissions",
          label: "Permissions",
          content: () => (
            <PermissionsTab
              entity={{ kind: "user", name }}
              boundary={user.PermissionsBoundary}
              onChanged={reload}
            />
          ),
        },
        { id: "groups", label: "Groups", content: () => <GroupsTab name={name} /> },
        {
          id: "tags",
          label: "Tags",
          content: () => <TagsTab resource={{ kind: "user", name }} tags={user.Tags} onSaved={reload} />,
        },
        {
          id: "security_credentials" satisfies UserTab,
          label: "Security credentials",
          content: () => <SecurityCredentialsTab name={name} profile={profile} />,
        },
      ]}
    />
  );
}
