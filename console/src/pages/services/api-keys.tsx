import Button from "@cloudscape-design/components/button";
import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { DeleteDialog } from "../../components/delete-dialog.tsx";
import { type ApiKey, deleteApiKey, updateApiKeyStatus } from "../../data/api-keys.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { formatDate } from "../../shared/format.ts";
import { CREATE_API_KEY, userPath } from "../../shared/paths.ts";
import { type Column, ResourceTable } from "../../shared/resource-table.tsx";
import { flash } from "../../state/flashes.ts";
import type { Loaded } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

const COLUMNS: readonly Column<ApiKey>[] = [
  { id: "id", header: "API key ID", text: getId },
  {
    id: "user",
    header: "User",
    text: getUserName,
    cell: (key) => <Link href={userPath(getUserName(key))}>{getUserName(key)}</Link>,
  },
  {
    id: "status",
    header: "Status",
    text: ({ Status = "" }) => Status,
    cell: ({ Status }) => (
      <StatusIndicator type={Status === "Active" ? "success" : "stopped"} wrapText={false}>
        {Status}
      </StatusIndicator>
    ),
  },
  {
    id: "created",
    header: "Created",
    text: ({ CreateDate }) => formatDate(CreateDate),
    sortValue: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
  },
  {
    id: "expires",
    header: "Expires",
    text: ({ ExpirationDate }) => (ExpirationDate ? formatDate(ExpirationDate) : "Never"),
    sortValue: ({ ExpirationDate }) => ExpirationDate?.getTime() ?? Number.POSITIVE_INFINITY,
  },
];

function getId({ ServiceSpecificCredentialId = "" }: ApiKey): string {
  return ServiceSpecificCredentialId;
}

function getUserName({ UserName = "" }: ApiKey): string {
  return UserName;
}

/** The API keys of all users. */
export function ApiKeys({ keys }: { keys: Loaded<ApiKey[]> }) {
  const [selected, setSelected] = useState<readonly ApiKey[]>([]);
  const [deleting, setDeleting] = useState(false);
  const task = useTask();
  const [selectedKey] = selected;
  const handleChange = () => {
    setSelected([]);
    setDeleting(false);
    keys.reload();
  };
  const setStatus = async (key: ApiKey, status: "Active" | "Inactive") => {
    if (!(await task.run(() => updateApiKeyStatus(key, status)))) return;
    flash(`API key ${getId(key)} ${status === "Active" ? "activated" : "deactivated"}.`);
    handleChange();
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={task.error} />
      <ResourceTable
        title="API keys"
        description="A service asks with the API key of a user, which needs the permission to ask."
        pluralName="API keys"
        loaded={keys}
        columns={COLUMNS}
        getName={getId}
        selection={{ type: "single", items: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel="Refresh API keys" onClick={keys.reload} />
            <KeyActions
              apiKey={selectedKey}
              busy={task.busy}
              onDelete={() => setDeleting(true)}
              onStatus={setStatus}
            />
            <Button href={CREATE_API_KEY}>Create API key</Button>
          </SpaceBetween>
        }
        empty="No API keys"
      />
      {deleting && (
        <DeleteDialog
          noun="API key"
          items={selected}
          getName={getId}
          deleteItem={deleteApiKey}
          onDeleted={handleChange}
          onCancel={() => setDeleting(false)}
        >
          The service that uses this API key can no longer ask, and denies everything. This cannot be undone.
        </DeleteDialog>
      )}
    </SpaceBetween>
  );
}

type ActionsProps = {
  apiKey: ApiKey | undefined;
  busy: boolean;
  onDelete: () => void;
  onStatus: (key: ApiKey, status: "Active" | "Inactive") => void;
};

function KeyActions({ apiKey, busy, onDelete, onStatus }: ActionsProps) {
  return (
    <ButtonDropdown
      disabled={apiKey === undefined}
      loading={busy}
      ariaLabel="API key actions"
      items={[...statusItems(apiKey), { id: "delete", text: "Delete" }]}
      onItemClick={({ detail }) => {
        if (detail.id === "delete") onDelete();
        else if (apiKey) onStatus(apiKey, detail.id === "activate" ? "Active" : "Inactive");
      }}
    >
      Actions
    </ButtonDropdown>
  );
}

/** A key that has expired can only be deleted. */
function statusItems(key: ApiKey | undefined): ButtonDropdownProps.Item[] {
  if (key?.Status === "Expired") return [];
  return key?.Status === "Active"
    ? [{ id: "deactivate", text: "Deactivate" }]
    : [{ id: "activate", text: "Activate" }];
}
