import type { LoginProfile, User } from "@aws-sdk/client-iam";
import { getLoginProfile, getUser } from "../../data/users.ts";
import { BoundedPermissions } from "../../parts/bounded-permissions.tsx";
import { DeleteUsersDialog } from "../../parts/delete-users-dialog.tsx";
import { TagsTab } from "../../parts/tags-tab.tsx";
import { DetailPage } from "../../shared/detail-page.tsx";
import { USERS, type UserTab } from "../../shared/paths.ts";
import { UrlTabs } from "../../shared/url-tabs.tsx";
import { type Loaded, useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { CredentialsTab } from "./credentials-tab.tsx";
import { GroupsTab } from "./groups-tab.tsx";
import { UserSummary } from "./summary.tsx";

/** One user. */
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
            <BoundedPermissions
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
          content: () => <TagsTab of={{ kind: "user", name }} tags={user.Tags} onSaved={reload} />,
        },
        {
          id: "security_credentials" satisfies UserTab,
          label: "Security credentials",
          content: () => <CredentialsTab name={name} profile={profile} />,
        },
      ]}
    />
  );
}
