import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import {
  type AccessKeyInfo,
  listAccessKeys,
  MAX_ACCESS_KEYS,
  updateAccessKeyStatus,
} from "../data/access-keys.ts";
import type { CredentialOwner } from "../data/credential-owner.ts";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { formatDate, formatDaysAgo } from "../shared/format.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { flash } from "../state/flashes.ts";
import { useLoad } from "../state/load.ts";
import { useTask } from "../state/task.ts";
import { DeleteKeyDialog } from "./delete-key-dialog.tsx";

const COLUMNS: readonly Column<AccessKeyInfo>[] = [
  { id: "id", header: "Access key ID", text: nameOf },
  {
    id: "status",
    header: "Status",
    text: ({ Status = "" }) => Status,
    cell: ({ Status }) => <KeyStatus of={Status} />,
  },
  {
    id: "created",
    header: "Created",
    text: ({ CreateDate }) => formatDate(CreateDate),
    sortValue: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
  },
  {
    id: "used",
    header: "Last used",
    text: ({ lastUsedDate: lastUsed }) => (lastUsed ? formatDaysAgo(lastUsed) : "Never"),
    sortValue: ({ lastUsedDate: lastUsed }) => lastUsed?.getTime() ?? 0,
  },
];

function nameOf({ AccessKeyId = "" }: AccessKeyInfo): string {
  return AccessKeyId;
}

function KeyStatus({ of }: { of: string | undefined }) {
  return (
    <StatusIndicator type={of === "Active" ? "success" : "stopped"} wrapText={false}>
      {of}
    </StatusIndicator>
  );
}

type Props = { owner: CredentialOwner; createHref: string };

/** Somebody's access keys. */
export function AccessKeys({ owner, createHref }: Props) {
  const keys = useLoad(`keys ${owner.userName}`, () => listAccessKeys(owner));
  const [chosen, setChosen] = useState<readonly AccessKeyInfo[]>([]);
  const [deleting, setDeleting] = useState<string>();
  const task = useTask();
  const changed = () => {
    setChosen([]);
    setDeleting(undefined);
    keys.reload();
  };
  const setStatus = async (keyId: string, status: "Active" | "Inactive") => {
    if (!(await task.run(() => updateAccessKeyStatus(owner, keyId, status)))) return;
    flash(`Access key ${keyId} ${status === "Active" ? "activated" : "deactivated"}.`);
    changed();
  };
  const hasRootKey = owner.userName === undefined && (keys.data?.length ?? 0) > 0;
  return (
    <SpaceBetween size="m">
      {hasRootKey && <RootKeyWarning />}
      <ErrorAlert error={task.error} />
      <ResourceTable
        title="Access keys"
        description={`Use access keys to send signed requests from the command line, SDKs and programs. You can have a maximum of two access keys (active or inactive) at a time.`}
        pluralName="access keys"
        short
        loaded={keys}
        columns={COLUMNS}
        getName={nameOf}
        selection={{ type: "single", items: chosen, onChange: setChosen }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Actions of={chosen[0]} busy={task.busy} onDelete={setDeleting} onStatus={setStatus} />
            <Button href={createHref} disabled={(keys.data?.length ?? 0) >= MAX_ACCESS_KEYS}>
              Create access key
            </Button>
          </SpaceBetween>
        }
        empty="No access keys."
      />
      {deleting && (
        <DeleteKeyDialog
          owner={owner}
          keyId={deleting}
          onDeleted={changed}
          onCancel={() => setDeleting(undefined)}
        />
      )}
    </SpaceBetween>
  );
}

type ActionsProps = {
  of: AccessKeyInfo | undefined;
  busy: boolean;
  onDelete: (keyId: string) => void;
  onStatus: (keyId: string, status: "Active" | "Inactive") => void;
};

function Actions({ of, busy, onDelete, onStatus }: ActionsProps) {
  const keyId = of?.AccessKeyId ?? "";
  const active = of?.Status === "Active";
  return (
    <ButtonDropdown
      disabled={of === undefined}
      loading={busy}
      ariaLabel="Access key actions"
      items={[
        active ? { id: "deactivate", text: "Deactivate" } : { id: "activate", text: "Activate" },
        { id: "delete", text: "Delete" },
      ]}
      onItemClick={({ detail }) => {
        if (detail.id === "delete") onDelete(keyId);
        else onStatus(keyId, detail.id === "activate" ? "Active" : "Inactive");
      }}
    >
      Actions
    </ButtonDropdown>
  );
}

function RootKeyWarning() {
  return (
    <Alert type="error" header="The root user has access keys">
      Whoever has one of them may do everything in this account, and no policy can limit that. Delete them,
      and use keys of an IAM user instead.
    </Alert>
  );
}
