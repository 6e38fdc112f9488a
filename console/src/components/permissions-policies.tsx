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
import { AttachPoliciesDialog } from "./attach-policies-dialog.tsx";
import { InlinePolicyDialog } from "./inline-policy-dialog.tsx";
import { PolicyDocumentDialog } from "./policy-document-dialog.tsx";

type Dialog =
  | { kind: "attach" }
  | { kind: "inline"; name: string | undefined }
  | { kind: "view"; policy: PermissionsPolicy };

const DESCRIPTIONS: Readonly<Record<EntityKind, string>> = {
  user: "Permissions are defined by policies attached to the user directly or through groups.",
  group: "All users in this group have the permissions that are defined in these policies.",
  role: "Sessions of this role have the permissions that are defined in these policies.",
};

/** The attached and inline policies of a user, user group or role. */
export function PermissionsPolicies({ entity }: { entity: Entity }) {
  const policies = useLoad(`permissions ${entity.name}`, () => listPermissions(entity));
  const [selected, setSelected] = useState<readonly PermissionsPolicy[]>([]);
  const [dialog, setDialog] = useState<Dialog>();
  const task = useTask();
  const handleChange = () => {
    setDialog(undefined);
    setSelected([]);
    policies.reload();
  };
  const removeSelected = async () => {
    const removable = selected.filter(({ group }) => group === undefined);
    const succeeded = await task.run(async () => {
      for (const policy of removable) await removePolicy(entity, policy);
    });
    if (succeeded) flash(`${formatCount(removable.length, "policy", "policies")} removed.`);
    handleChange();
  };
  const show = (policy: PermissionsPolicy) =>
    setDialog(policy.arn || policy.group ? { kind: "view", policy } : { kind: "inline", name: policy.name });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={task.error} />
      <ResourceTable
        title="Permissions policies"
        description={DESCRIPTIONS[entity.kind]}
        pluralName="policies"
        loaded={policies}
        columns={columns(entity, show)}
        getName={({ name, group, arn }) => `${name}${arn ? "" : " (inline)"}${group ? ` via ${group}` : ""}`}
        selection={{ type: "multi", items: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={!selected.some(({ group }) => group === undefined)}
              loading={task.busy}
              onClick={() => void removeSelected()}
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
        empty="No permissions. All requests are denied."
      />
      {dialog?.kind === "attach" && (
        <AttachPoliciesDialog
          entity={entity}
          onAttached={handleChange}
          onCancel={() => setDialog(undefined)}
        />
      )}
      {dialog?.kind === "inline" && (
        <InlinePolicyDialog
          entity={entity}
          name={dialog.name}
          onSaved={handleChange}
          onCancel={() => setDialog(undefined)}
        />
      )}
      {dialog?.kind === "view" && (
        <PolicyDocumentDialog policy={dialog.policy} onClose={() => setDialog(undefined)} />
      )}
    </SpaceBetween>
  );
}

function columns({ kind }: Entity, show: (policy: PermissionsPolicy) => void): Column<PermissionsPolicy>[] {
  const commonColumns: Column<PermissionsPolicy>[] = [
    {
      id: "name",
      header: "Policy name",
      text: ({ name }) => name,
      cell: (policy) => (
        <Button variant="inline-link" onClick={() => show(policy)}>
          {policy.name}
        </Button>
      ),
    },
    { id: "type", header: "Type", text: ({ type }) => type },
  ];
  if (kind !== "user") return commonColumns;
  return [
    ...commonColumns,
    {
      id: "via",
      header: "Attached via",
      text: ({ group }) => (group ? `Group ${group}` : "Directly"),
      cell: ({ group }) => (group ? <Link href={groupPath(group)}>Group {group}</Link> : "Directly"),
    },
  ];
}
