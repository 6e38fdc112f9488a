import { useCallback, useState } from "react";
import { asFailure, type Failure } from "../api/failure.ts";

/** A change that the person asked for: whether it is under way, and how the last one failed. */
export type Task = {
  busy: boolean;
  failure: Failure | undefined;
  /** Runs the change; tells whether it succeeded. */
  run: (change: () => Promise<unknown>) => Promise<boolean>;
  forget: () => void;
};

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  const run = useCallback(async (change: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await change();
      return true;
    } catch (error) {
      setFailure(asFailure(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);

  return { busy, failure, run, forget: useCallback(() => setFailure(undefined), []) };
}
