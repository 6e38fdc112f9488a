import type { MFADevice } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { CredentialOwner } from "../data/credential-owner.ts";
import { listMfaDevices, MAX_MFA_DEVICES, mfaDeviceType, usesCodes } from "../data/mfa.ts";
import { formatDate } from "../shared/format.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { useDialog } from "../state/dialog.ts";
import { useLoad } from "../state/load.ts";
import { RequireConfirmation, useRefreshSession } from "../state/session.tsx";
import { RemoveDeviceDialog, ResyncDeviceDialog } from "./mfa-device-dialogs.tsx";

const COLUMNS: readonly Column<MFADevice>[] = [
  { id: "type", header: "Type", text: ({ SerialNumber = "" }) => mfaDeviceType(SerialNumber) },
  {
    id: "identifier",
    header: "Identifier",
    text: getName,
    cell: (device) => <span className="breakable">{getName(device)}</span>,
  },
  { id: "certifications", header: "Certifications", text: () => "Not applicable" },
  {
    id: "created",
    header: "Created on",
    text: ({ EnableDate }) => formatDate(EnableDate),
    sortValue: ({ EnableDate }) => EnableDate?.getTime() ?? 0,
  },
];

function getName({ SerialNumber = "" }: MFADevice): string {
  return SerialNumber;
}

type Props = { owner: CredentialOwner; assignHref: string };

/** The MFA devices of a user or of the root user. */
export function MfaDevices({ owner, assignHref }: Props) {
  const devices = useLoad(`devices ${owner.userName}`, () => listMfaDevices(owner));
  const [selected, setSelected] = useState<readonly MFADevice[]>([]);
  const dialog = useDialog();
  const refreshSession = useRefreshSession();
  const serialNumber = selected[0]?.SerialNumber;
  const close = (changed: boolean) => {
    dialog.close();
    if (!changed) return;
    setSelected([]);
    devices.reload();
    if (owner.isCurrentUser) refreshSession();
  };
  return (
    <>
      <ResourceTable
        title="Multi-factor authentication (MFA)"
        description={`Use MFA to increase the security of sign-in: it requires a code or passkey in addition to the password. Each user can have a maximum of ${MAX_MFA_DEVICES} MFA devices assigned.`}
        pluralName="MFA devices"
        short
        loaded={devices}
        columns={COLUMNS}
        getName={getName}
        selection={{ type: "single", items: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={!serialNumber}
              onClick={() => serialNumber && dialog.open("remove-mfa", serialNumber)}
            >
              Remove
            </Button>
            <Button
              disabled={!serialNumber || !usesCodes(serialNumber)}
              onClick={() => serialNumber && dialog.open("resync-mfa", serialNumber)}
            >
              Resync
            </Button>
            <Button href={assignHref}>Assign MFA device</Button>
          </SpaceBetween>
        }
        empty="No MFA devices. Assign an MFA device to improve the security of your account."
      />
      {dialog.name === "remove-mfa" && (
        <RequireConfirmation>
          <RemoveDeviceDialog owner={owner} serialNumber={dialog.subject} onClose={close} />
        </RequireConfirmation>
      )}
      {dialog.name === "resync-mfa" && (
        <RequireConfirmation>
          <ResyncDeviceDialog owner={owner} serialNumber={dialog.subject} onClose={close} />
        </RequireConfirmation>
      )}
    </>
  );
}
