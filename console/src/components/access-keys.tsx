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
import { DeleteAccessKeyDialog } from "./delete-access-key-dialog.tsx";

const COLUMNS: readonly Column<AccessKeyInfo>[] = [
  { id: "id", header: "Access key ID", text: getName },
  {
    id: "status",
    header: "Status",
    text: ({ Status = "" }) => Status,
    cell: ({ Status }) => <KeyStatus status={Status} />,
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

function getName({ AccessKeyId = "" }: AccessKeyInfo): string {
  return AccessKeyId;
}

function KeyStatus({ status }: { status: string | undefined }) {
  return (
    <StatusIndicator type={status === "Active" ? "success" : "stopped"} wrapText={false}>
      {status}
    </StatusIndicator>
  );
}

type Props = { owner: CredentialOwner; createHref: string };

/** The access keys of a user or of the root user. */
export function AccessKeys({ owner, createHref }: Props) {
  const keys = useLoad(`keys ${owner.userName}`, () => listAccessKeys(owner));
  const [selected, setSelected] = useState<readonly AccessKeyInfo[]>([]);
  const [deletingKeyId, setDeletingKeyId] = useState<string>();
  const task = useTask();
  const handleChange = () => {
    setSelected([]);
    setDeletingKeyId(undefined);
    keys.reload();
  };
  const setStatus = async (keyId: string, status: "Active" | "Inactive") => {
    if (!(await task.run(() => updateAccessKeyStatus(owner, keyId, status)))) return;
    flash(`Access key ${keyId} ${status === "Active" ? "activated" : "deactivated"}.`);
    handleChange();
  };
  const hasRootKey = owner.userName === undefined && (keys.data?.length ?? 0) > 0;
  return (
    <SpaceBetween size="m">
      {hasRootKey && <RootKeyWarning />}
      <ErrorAlert error={task.error} />
      <ResourceTable
        title="Access keys"
        description="Use access keys to send programmatic calls from the AWS CLI, AWS SDKs, or your own programs. You can have a maximum of two access keys (active or inactive) at a time."
        pluralName="access keys"
        short
        loaded={keys}
        columns={COLUMNS}
        getName={getName}
        selection={{ type: "single", items: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <KeyActions
              accessKey={selected[0]}
              busy={task.busy}
              onDelete={setDeletingKeyId}
              onStatus={setStatus}
            />
            <Button href={createHref} disabled={(keys.data?.length ?? 0) >= MAX_ACCESS_KEYS}>
              Create access key
            </Button>
          </SpaceBetween>
        }
        empty="No access keys"
      />
      {deletingKeyId && (
        <DeleteAccessKeyDialog
          owner={owner}
          keyId={deletingKeyId}
          onDeleted={handleChange}
          onCancel={() => setDeletingKeyId(undefined)}
        />
      )}
    </SpaceBetween>
  );
}

type ActionsProps = {
  accessKey: AccessKeyInfo | undefined;
  busy: boolean;
  onDelete: (keyId: string) => void;
  onStatus: (keyId: string, status: "Active" | "Inactive") => void;
};

function KeyActions({ accessKey, busy, onDelete, onStatus }: ActionsProps) {
  const keyId = accessKey?.AccessKeyId ?? "";
  const active = accessKey?.Status === "Active";
  return (
    <ButtonDropdown
      disabled={accessKey === undefined}
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
      Anyone who has a root user access key has unrestricted access to this account, and no policy can limit
      it. Delete these keys, and use those of an IAM user instead.
    </Alert>
  );
}
