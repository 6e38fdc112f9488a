import { DeleteUsersDialog } from "../../components/delete-users-dialog.tsx";
import { ResourceListPage } from "../../components/resource-list-page.tsx";
import { listUsers } from "../../data/users.ts";
import { CREATE_USER } from "../../shared/paths.ts";
import { useLoad } from "../../state/load.ts";
import { COLUMNS, getName, OPTIONAL_COLUMNS } from "./columns.tsx";
import { listCredentialSummaries } from "./credential-summaries.ts";
import { Preferences, usePreferences } from "./preferences.tsx";

export default function Users() {
  const users = useLoad("users", listUsers);
  const summaries = useLoad("credential summaries", listCredentialSummaries);
  const preferences = usePreferences();
  const rows = users.data?.map((user) => ({ ...user, summary: summaries.data?.get(getName(user)) }));
  return (
    <ResourceListPage
      title="Users"
      description="An IAM user is an identity with long-term credentials that is used to interact with iamd in an account."
      pluralName="users"
      loaded={{ ...users, data: rows }}
      columns={COLUMNS}
      visibleColumns={["name", ...preferences.value.columns]}
      pageSize={preferences.value.pageSize}
      getName={getName}
      preferences={<Preferences state={preferences} columns={OPTIONAL_COLUMNS} />}
      createLink={{ text: "Create user", href: CREATE_USER }}
      deleteDialog={(selected, dialog) => <DeleteUsersDialog names={selected.map(getName)} {...dialog} />}
      empty="No users"
    />
  );
}
