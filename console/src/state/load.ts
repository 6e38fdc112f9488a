import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, toApiError } from "../api/errors.ts";

/** The state of loading data, which is kept during a reload. */
export type Loaded<T> = {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload: () => void;
};

type Result<T> = { data: T | undefined; error: ApiError | undefined; key: string; version: number };

/** Loads data when the component mounts, when `key` changes, and on `reload`. The result of the latest load wins. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [version, setVersion] = useState(0);
  const [result, setResult] = useState<Result<T>>();
  const latestLoad = useRef(load);
  latestLoad.current = load;

  useEffect(() => {
    let current = true;
    const settle = (data: T | undefined, error: ApiError | undefined) => {
      if (current) setResult({ data, error, key, version });
    };
    latestLoad.current().then(
      (data) => settle(data, undefined),
      (error) => settle(undefined, toApiError(error)),
    );
    return () => {
      current = false;
    };
  }, [key, version]);

  const reload = useCallback(() => setVersion((previous) => previous + 1), []);
  const currentResult = result?.key === key ? result : undefined;
  return {
    data: currentResult?.data,
    error: currentResult?.error,
    loading: currentResult?.version !== version,
    reload,
  };
}
