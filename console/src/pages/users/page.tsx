import type { User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { listUsers } from "../../data/users.ts";
import { DeleteUsersDialog } from "../../parts/delete-users-dialog.tsx";
import { Listing } from "../../shared/listing.tsx";
import { Title } from "../../shared/page.tsx";
import { CREATE_USER } from "../../shared/paths.ts";
import { useLoad } from "../../state/load.ts";
import { columns, nameOf, OPTIONAL_COLUMNS } from "./columns.tsx";
import { loadFacts } from "./facts.ts";
import { Preferences, usePreferences } from "./preferences.tsx";

export default function Users() {
  const users = useLoad("users", listUsers);
  const facts = useLoad("facts", loadFacts);
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const [deleting, setDeleting] = useState(false);
  const preferences = usePreferences();
  const deleted = () => {
    setDeleting(false);
    setChosen([]);
    users.reload();
  };
  return (
    <>
      <Title of="Users" />
      <Listing
        title="Users"
        headingLevel="h1"
        variant="full-page"
        description="An IAM user is an identity with long-term credentials that is used to interact with iamd in an account."
        things="users"
        list={users}
        columns={columns(facts.data)}
        visibleColumns={["name", ...preferences.value.columns]}
        pageSize={preferences.value.pageSize}
        nameOf={nameOf}
        selection={{ type: "multi", items: chosen, onChange: setChosen }}
        preferences={<Preferences of={preferences} columns={OPTIONAL_COLUMNS} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel="Refresh users" onClick={users.reload} />
            <Button disabled={chosen.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={CREATE_USER}>
              Create user
            </Button>
          </SpaceBetween>
        }
        empty="No users."
      />
      {deleting && (
        <DeleteUsersDialog
          names={chosen.map(nameOf)}
          onDeleted={deleted}
          onCancel={() => setDeleting(false)}
        />
      )}
    </>
  );
}
