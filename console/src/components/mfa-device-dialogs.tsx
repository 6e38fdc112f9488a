import Box from "@cloudscape-design/components/box";
import { useState } from "react";
import type { CredentialOwner } from "../data/credential-owner.ts";
import { removeMfaDevice, resyncMfaDevice } from "../data/mfa.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { areMfaCodes, EMPTY_MFA_CODES, MfaCodeFields } from "../shared/mfa-code-fields.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Props = { owner: CredentialOwner; serialNumber: string; onClose: (changed: boolean) => void };

export function RemoveDeviceDialog({ owner, serialNumber, onClose }: Props) {
  const task = useTask();
  const remove = async () => {
    if (!(await task.run(() => removeMfaDevice(owner, serialNumber)))) return;
    onClose(true);
    flash("MFA device removed.");
  };
  return (
    <FormDialog
      title="Remove MFA device"
      submitText="Remove"
      task={task}
      onSubmit={() => void remove()}
      onCancel={() => onClose(false)}
    >
      <Box>
        You can no longer sign in with <b className="breakable">{serialNumber}</b>. Without another MFA
        device, sign-in requires only the password.
      </Box>
    </FormDialog>
  );
}

export function ResyncDeviceDialog({ owner, serialNumber, onClose }: Props) {
  const [codes, setCodes] = useState(EMPTY_MFA_CODES);
  const task = useTask();
  const resync = async () => {
    if (!(await task.run(() => resyncMfaDevice(owner, serialNumber, codes)))) return;
    onClose(true);
    flash("MFA device resynchronized.");
  };
  return (
    <FormDialog
      title="Resync MFA device"
      submitText="Resync"
      task={task}
      disabled={!areMfaCodes(codes)}
      onSubmit={() => void resync()}
      onCancel={() => onClose(false)}
    >
      <Box>
        If the clock of a device has drifted, its codes are rejected. Enter two consecutive codes from{" "}
        <b className="breakable">{serialNumber}</b>.
      </Box>
      <MfaCodeFields codes={codes} onChange={setCodes} />
    </FormDialog>
  );
}
