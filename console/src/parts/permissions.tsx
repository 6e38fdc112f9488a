import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Entity, EntityKind } from "../data/entity-policies.ts";
import { listPermissions, type PermissionsPolicy, removePolicy } from "../data/permissions.ts";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { formatCount } from "../shared/format.ts";
import { groupPath } from "../shared/paths.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { flash } from "../state/flashes.ts";
import { useLoad } from "../state/load.ts";
import { useTask } from "../state/task.ts";
import { AttachDialog } from "./attach-dialog.tsx";
import { DocumentDialog } from "./document-dialog.tsx";
import { InlineDialog } from "./inline-dialog.tsx";

type Dialog =
  | { kind: "attach" }
  | { kind: "inline"; name: string | undefined }
  | { kind: "view"; of: PermissionsPolicy };

const DESCRIPTIONS: Readonly<Record<EntityKind, string>> = {
  user: "Permissions are defined by policies attached to the user directly or through groups.",
  group: "Every user in the group has the permissions of these policies.",
  role: "Whoever assumes the role has the permissions of these policies, and no others.",
};

/** The policies of a user, a user group or a role, attached and inline. */
export function Permissions({ entity }: { entity: Entity }) {
  const policies = useLoad(`permissions ${entity.name}`, () => listPermissions(entity));
  const [chosen, setChosen] = useState<readonly PermissionsPolicy[]>([]);
  const [dialog, setDialog] = useState<Dialog>();
  const task = useTask();
  const changed = () => {
    setDialog(undefined);
    setChosen([]);
    policies.reload();
  };
  const removeChosen = async () => {
    const own = chosen.filter(({ group: via }) => via === undefined);
    const done = await task.run(async () => {
      for (const policy of own) await removePolicy(entity, policy);
    });
    if (done) flash(`${formatCount(own.length, "policy", "policies")} removed.`);
    changed();
  };
  const show = (of: PermissionsPolicy) =>
    setDialog(of.arn || of.group ? { kind: "view", of } : { kind: "inline", name: of.name });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={task.error} />
      <ResourceTable
        title="Permissions policies"
        description={DESCRIPTIONS[entity.kind]}
        pluralName="policies"
        loaded={policies}
        columns={columns(entity, show)}
        getName={({ name, group: via, arn }) => `${name}${arn ? "" : " (inline)"}${via ? ` via ${via}` : ""}`}
        selection={{ type: "multi", items: chosen, onChange: setChosen }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={!chosen.some(({ group: via }) => via === undefined)}
              loading={task.busy}
              onClick={() => void removeChosen()}
            >
              Remove
            </Button>
            <ButtonDropdown
              variant="primary"
              items={[
                { id: "attach", text: "Attach policies" },
                { id: "inline", text: "Create inline policy" },
              ]}
              onItemClick={({ detail }) =>
                setDialog(detail.id === "attach" ? { kind: "attach" } : { kind: "inline", name: undefined })
              }
            >
              Add permissions
            </ButtonDropdown>
          </SpaceBetween>
        }
        empty="No permissions: everything is denied."
      />
      {dialog?.kind === "attach" && (
        <AttachDialog entity={entity} onAttached={changed} onCancel={() => setDialog(undefined)} />
      )}
      {dialog?.kind === "inline" && (
        <InlineDialog
          entity={entity}
          name={dialog.name}
          onSaved={changed}
          onCancel={() => setDialog(undefined)}
        />
      )}
      {dialog?.kind === "view" && (
        <DocumentDialog permission={dialog.of} onClose={() => setDialog(undefined)} />
      )}
    </SpaceBetween>
  );
}

function columns(
  { kind }: Entity,
  show: (permission: PermissionsPolicy) => void,
): Column<PermissionsPolicy>[] {
  const shared: Column<PermissionsPolicy>[] = [
    {
      id: "name",
      header: "Policy name",
      text: ({ name }) => name,
      cell: (permission) => (
        <Button variant="inline-link" onClick={() => show(permission)}>
          {permission.name}
        </Button>
      ),
    },
    { id: "type", header: "Type", text: ({ type }) => type },
  ];
  if (kind !== "user") return shared;
  return [
    ...shared,
    {
      id: "via",
      header: "Attached via",
      text: ({ group: via }) => (via ? `Group ${via}` : "Directly"),
      cell: ({ group: via }) => (via ? <Link href={groupPath(via)}>Group {via}</Link> : "Directly"),
    },
  ];
}
