import Alert from "@cloudscape-design/components/alert";
import { ApiError } from "../../api/errors.ts";
import type { CredentialOwner } from "../../data/credential-owner.ts";
import { listMfaDevices, MAX_MFA_DEVICES } from "../../data/mfa.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { useLoad } from "../../state/load.ts";
import { suggestDeviceName } from "./device-names.ts";
import { DeviceWizard } from "./device-wizard.tsx";

type Props = {
  owner: CredentialOwner;
  /** `isFirst` is whether it is the owner's first device. */
  onAssigned: (isFirst: boolean) => void;
  onCancel: () => void;
};

/** Loads the owner's devices, then shows the wizard. A caller who is not allowed to list devices can still assign one. */
export function AssignDevice({ owner, onAssigned, onCancel }: Props) {
  const devices = useLoad("devices", () => listMfaDevices(owner).catch(emptyIfDenied));
  return (
    <AsyncContent state={devices}>
      {(existingDevices) =>
        existingDevices.length >= MAX_MFA_DEVICES ? (
          <Alert type="warning">
            You have reached the maximum of {MAX_MFA_DEVICES} MFA devices. Remove one to assign another.
          </Alert>
        ) : (
          <DeviceWizard
            owner={owner}
            suggestedName={suggestDeviceName(owner, existingDevices)}
            onAssigned={() => onAssigned(existingDevices.length === 0)}
            onCancel={onCancel}
          />
        )
      }
    </AsyncContent>
  );
}

function emptyIfDenied(error: unknown): [] {
  if (error instanceof ApiError && error.code === "AccessDenied") return [];
  throw error;
}
