import { useCallback, useState } from "react";
import { type ApiError, toApiError } from "../api/errors.ts";

/** An action of the user: whether it is running, and the error of the last run. */
export type Task = {
  busy: boolean;
  error: ApiError | undefined;
  /** Runs an action; resolves to whether it succeeded. */
  run: (action: () => Promise<unknown>) => Promise<boolean>;
  clearError: () => void;
};

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();

  const run = useCallback(async (action: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    try {
      await action();
      return true;
    } catch (error) {
      setError(toApiError(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);

  return { busy, error, run, clearError: useCallback(() => setError(undefined), []) };
}
