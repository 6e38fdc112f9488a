import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { Loaded } from "../state/load.ts";
import { Failed } from "./failed.tsx";

/** A part of a page that waits for its data: shows that it loads, how it failed, or what came. */
export function Part<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  if (of.failure !== undefined) return <Failed failure={of.failure} retry={of.reload} />;
  return <StatusIndicator type="loading">Loading</StatusIndicator>;
}
