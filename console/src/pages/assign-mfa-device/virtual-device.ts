import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { deleteVirtualMfaDeviceOnUnload } from "../../api/iam.ts";
import { createVirtualMfaDevice, deleteVirtualMfaDevice, type VirtualMfaDevice } from "../../data/mfa.ts";

/**
 * The virtual device of the wizard. It is created for the second step, and deleted when the wizard is left without
 * assigning it: an unassigned device would keep its name in use.
 */
export function useVirtualDevice() {
  const [device, setDevice] = useState<VirtualMfaDevice>();
  const unassignedSerialNumber = useRef<string>(undefined);

  const create = async (name: string) => {
    await discard();
    const newDevice = await createVirtualMfaDevice(name);
    unassignedSerialNumber.current = newDevice.serialNumber;
    setDevice(newDevice);
  };

  const discard = async () => {
    const serialNumber = unassignedSerialNumber.current;
    unassignedSerialNumber.current = undefined;
    setDevice(undefined);
    if (serialNumber !== undefined) await deleteVirtualMfaDevice(serialNumber).catch(ignoreFailure);
  };

  const markAssigned = () => {
    unassignedSerialNumber.current = undefined;
  };

  useEffect(() => {
    const deleteOnLeave = () => {
      if (unassignedSerialNumber.current !== undefined)
        deleteVirtualMfaDeviceOnUnload(unassignedSerialNumber.current);
      unassignedSerialNumber.current = undefined;
    };
    window.addEventListener("pagehide", deleteOnLeave);
    return () => {
      window.removeEventListener("pagehide", deleteOnLeave);
      deleteOnLeave();
    };
  }, []);

  return { device, create, discard, markAssigned };
}

/** A failed deletion does not matter: the server deletes unassigned devices itself. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}
