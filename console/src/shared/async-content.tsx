import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { Loaded } from "../state/load.ts";
import { ErrorAlert } from "./error-alert.tsx";

/** Renders loaded data, or else a loading indicator or the error. */
export function AsyncContent<T>({ state, children }: { state: Loaded<T>; children: (data: T) => ReactNode }) {
  if (state.data !== undefined) return children(state.data);
  if (state.error !== undefined) return <ErrorAlert error={state.error} retry={state.reload} />;
  return <StatusIndicator type="loading">Loading</StatusIndicator>;
}
