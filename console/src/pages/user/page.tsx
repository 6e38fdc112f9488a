import type { LoginProfile, User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { getLoginProfile, getUser } from "../../data/users.ts";
import { DeleteUsersDialog } from "../../parts/delete-users-dialog.tsx";
import { Permissions } from "../../parts/permissions.tsx";
import { Page } from "../../shared/page.tsx";
import { Part } from "../../shared/part.tsx";
import { USERS, type UserTab } from "../../shared/paths.ts";
import { type Loaded, useLoad } from "../../state/load.ts";
import { navigate, setQueryParams, useQueryParam } from "../../state/router.ts";
import { CredentialsTab } from "./credentials-tab.tsx";
import { GroupsTab } from "./groups-tab.tsx";
import { Summary } from "./summary.tsx";
import { TagsTab } from "./tags-tab.tsx";

/** One user. */
export default function UserPage({ name }: { name: string }) {
  const user = useLoad(`user ${name}`, () => getUser(name));
  const profile = useLoad(`profile ${name}`, () => getLoginProfile(name));
  const [deleting, setDeleting] = useState(false);
  return (
    <Page
      title={name}
      actions={
        <Button disabled={!user.data} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <Part of={user}>
        {(data) => (
          <>
            <Summary user={data} profile={profile.data} />
            <UserTabs user={data} profile={profile} reload={user.reload} />
          </>
        )}
      </Part>
      {deleting && (
        <DeleteUsersDialog
          names={[name]}
          onDeleted={() => navigate(USERS)}
          onCancel={() => setDeleting(false)}
        />
      )}
    </Page>
  );
}

type TabsProps = { user: User; profile: Loaded<LoginProfile | null>; reload: () => void };

function UserTabs({ user, profile, reload }: TabsProps) {
  const name = user.UserName ?? "";
  const tab: UserTab = asTab(useQueryParam("section"));
  return (
    <Tabs
      activeTabId={tab}
      ariaLabel="User"
      onChange={({ detail }) =>
        setQueryParams({ section: detail.activeTabId, dialog: undefined, on: undefined })
      }
      tabs={[
        {
          id: "permissions",
          label: "Permissions",
          content: tab === "permissions" && <Permissions entity={{ kind: "user", name }} />,
        },
        { id: "groups", label: "Groups", content: tab === "groups" && <GroupsTab name={name} /> },
        { id: "tags", label: "Tags", content: tab === "tags" && <TagsTab user={user} onSaved={reload} /> },
        {
          id: "security_credentials",
          label: "Security credentials",
          content: tab === "security_credentials" && <CredentialsTab name={name} profile={profile} />,
        },
      ]}
    />
  );
}

const TABS: readonly UserTab[] = ["permissions", "groups", "tags", "security_credentials"];

function asTab(value: string | undefined): UserTab {
  return TABS.find((each) => each === value) ?? "permissions";
}
