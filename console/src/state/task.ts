import { useCallback, useState } from "react";
import { type ApiError, toApiError } from "../api/errors.ts";

/** A change that the person asked for: whether it is under way, and how the last one failed. */
export type Task = {
  busy: boolean;
  failure: ApiError | undefined;
  /** Runs the change; tells whether it succeeded. */
  run: (change: () => Promise<unknown>) => Promise<boolean>;
  forget: () => void;
};

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError>();

  const run = useCallback(async (change: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await change();
      return true;
    } catch (error) {
      setFailure(toApiError(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);

  return { busy, failure, run, forget: useCallback(() => setFailure(undefined), []) };
}
