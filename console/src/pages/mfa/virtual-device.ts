import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { deleteVirtualMfaDeviceOnUnload } from "../../api/iam.ts";
import { createVirtualMfaDevice, deleteVirtualMfaDevice, type VirtualMfaDevice } from "../../data/mfa.ts";

/**
 * The virtual device of a wizard: made for the second step, and deleted again unless it gets assigned, however the
 * wizard is left. A device that stayed behind would keep its name taken.
 */
export function useVirtualDevice() {
  const [device, setDevice] = useState<VirtualMfaDevice>();
  const orphan = useRef<string>(undefined);

  const make = async (name: string) => {
    await drop();
    const made = await createVirtualMfaDevice(name);
    orphan.current = made.serialNumber;
    setDevice(made);
  };

  const drop = async () => {
    const serialNumber = orphan.current;
    orphan.current = undefined;
    setDevice(undefined);
    if (serialNumber !== undefined) await deleteVirtualMfaDevice(serialNumber).catch(ignoreFailure);
  };

  const keep = () => {
    orphan.current = undefined;
  };

  useEffect(() => {
    const leave = () => {
      if (orphan.current !== undefined) deleteVirtualMfaDeviceOnUnload(orphan.current);
      orphan.current = undefined;
    };
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);

  return { device, make, drop, keep };
}

/** The server itself does away with devices that were left unassigned. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}
