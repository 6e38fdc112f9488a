import Box from "@cloudscape-design/components/box";
import { useState } from "react";
import type { CredentialOwner } from "../data/credential-owner.ts";
import { removeMfaDevice, resyncMfaDevice } from "../data/mfa.ts";
import { Ask } from "../shared/ask.tsx";
import { areCodes, CodeFields, NO_CODES } from "../shared/code-fields.tsx";
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
    <Ask
      title="Remove MFA device"
      act="Remove"
      task={task}
      onAct={() => void remove()}
      onCancel={() => onClose(false)}
    >
      <Box>
        Signing in with <b className="breakable">{serialNumber}</b> ends at once. Without any other device the
        password alone is enough.
      </Box>
    </Ask>
  );
}

export function ResyncDeviceDialog({ owner, serialNumber, onClose }: Props) {
  const [codes, setCodes] = useState(NO_CODES);
  const task = useTask();
  const resync = async () => {
    if (!(await task.run(() => resyncMfaDevice(owner, serialNumber, codes)))) return;
    onClose(true);
    flash("MFA device resynchronized.");
  };
  return (
    <Ask
      title="Resync MFA device"
      act="Resync"
      task={task}
      disabled={!areCodes(codes)}
      onAct={() => void resync()}
      onCancel={() => onClose(false)}
    >
      <Box>
        Where the clock of a device has drifted, its codes are refused. Type two consecutive codes that{" "}
        <b className="breakable">{serialNumber}</b> shows now.
      </Box>
      <CodeFields codes={codes} onChange={setCodes} />
    </Ask>
  );
}
