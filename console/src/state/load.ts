import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, toApiError } from "../api/errors.ts";

/** What a part of a page waits for: nothing yet, a failure to tell, or the data (kept while it is loaded anew). */
export type Loaded<T> = {
  data: T | undefined;
  failure: ApiError | undefined;
  loading: boolean;
  reload: () => void;
};

type Outcome<T> = { data: T | undefined; failure: ApiError | undefined; key: string; turn: number };

/** Loads data when the part is shown, when `key` changes, and when asked to. The last answer wins. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [outcome, setOutcome] = useState<Outcome<T>>();
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    let current = true;
    const settle = (data: T | undefined, failure: ApiError | undefined) => {
      if (current) setOutcome({ data, failure, key, turn });
    };
    latest.current().then(
      (data) => settle(data, undefined),
      (error) => settle(undefined, toApiError(error)),
    );
    return () => {
      current = false;
    };
  }, [key, turn]);

  const reload = useCallback(() => setTurn((last) => last + 1), []);
  const known = outcome?.key === key ? outcome : undefined;
  return { data: known?.data, failure: known?.failure, loading: known?.turn !== turn, reload };
}
