import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { type GroupWithUsers, getGroup } from "../../data/groups.ts";
import { DeleteGroupsDialog } from "../../parts/delete-groups-dialog.tsx";
import { Permissions } from "../../parts/permissions.tsx";
import { Copyable } from "../../shared/copyable.tsx";
import { Page } from "../../shared/page.tsx";
import { Part } from "../../shared/part.tsx";
import { GROUPS } from "../../shared/paths.ts";
import { dateText } from "../../shared/text.ts";
import { useLoad } from "../../state/load.ts";
import { navigate, setQueryParams, useQueryParam } from "../../state/router.ts";
import { UsersTab } from "./users-tab.tsx";

/** One user group. */
export default function GroupPage({ name }: { name: string }) {
  const group = useLoad(`group ${name}`, () => getGroup(name));
  const [deleting, setDeleting] = useState(false);
  return (
    <Page
      title={name}
      actions={
        <Button disabled={!group.data} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <Part of={group}>
        {(data) => (
          <>
            <Summary of={data} />
            <GroupTabs of={data} reload={group.reload} />
          </>
        )}
      </Part>
      {deleting && (
        <DeleteGroupsDialog
          names={[name]}
          onDeleted={() => navigate(GROUPS)}
          onCancel={() => setDeleting(false)}
        />
      )}
    </Page>
  );
}

function Summary({ of: { group } }: { of: GroupWithUsers }) {
  return (
    <Container header={<Header>Summary</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={190}
        items={[
          { label: "User group name", value: <span className="breakable">{group.GroupName}</span> },
          { label: "Creation time", value: dateText(group.CreateDate) },
          { label: "ARN", value: <Copyable value={group.Arn ?? ""} name="ARN" /> },
        ]}
      />
    </Container>
  );
}

function GroupTabs({ of, reload }: { of: GroupWithUsers; reload: () => void }) {
  const name = of.group.GroupName ?? "";
  const tab = useQueryParam("section") === "permissions" ? "permissions" : "users";
  return (
    <Tabs
      activeTabId={tab}
      ariaLabel="User group"
      onChange={({ detail }) => setQueryParams({ section: detail.activeTabId })}
      tabs={[
        { id: "users", label: "Users", content: tab === "users" && <UsersTab of={of} onChanged={reload} /> },
        {
          id: "permissions",
          label: "Permissions",
          content: tab === "permissions" && <Permissions entity={{ kind: "group", name }} />,
        },
      ]}
    />
  );
}
