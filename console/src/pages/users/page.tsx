import { listUsers } from "../../data/users.ts";
import { DeleteUsersDialog } from "../../parts/delete-users-dialog.tsx";
import { Inventory } from "../../parts/inventory.tsx";
import { CREATE_USER } from "../../shared/paths.ts";
import { useLoad } from "../../state/load.ts";
import { columns, nameOf, OPTIONAL_COLUMNS } from "./columns.tsx";
import { loadFacts } from "./facts.ts";
import { Preferences, usePreferences } from "./preferences.tsx";

export default function Users() {
  const users = useLoad("users", listUsers);
  const facts = useLoad("facts", loadFacts);
  const preferences = usePreferences();
  return (
    <Inventory
      title="Users"
      description="An IAM user is an identity with long-term credentials that is used to interact with iamd in an account."
      pluralName="users"
      loaded={users}
      columns={columns(facts.data)}
      visibleColumns={["name", ...preferences.value.columns]}
      pageSize={preferences.value.pageSize}
      getName={nameOf}
      preferences={<Preferences of={preferences} columns={OPTIONAL_COLUMNS} />}
      create={{ text: "Create user", href: CREATE_USER }}
      deletion={(chosen, dialog) => <DeleteUsersDialog names={chosen.map(nameOf)} {...dialog} />}
      empty="No users."
    />
  );
}
