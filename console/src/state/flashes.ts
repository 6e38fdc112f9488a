/** Messages in the bar above the page. They go when the person moves on. */
import { useSyncExternalStore } from "react";
import { onMove } from "./router.ts";

export type Flash = { id: string; type: "success" | "error" | "info" | "warning"; text: string };

let flashes: readonly Flash[] = [];
let made = 0;
const listeners = new Set<() => void>();

onMove(() => put([]));

function put(next: readonly Flash[]): void {
  flashes = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useFlashes(): readonly Flash[] {
  return useSyncExternalStore(subscribe, () => flashes);
}

/** Shows a message. Where the same act also moves to another page, move first. */
export function flash(text: string, type: Flash["type"] = "success"): void {
  made += 1;
  put([...flashes, { id: `flash-${made}`, type, text }]);
}

export function dismiss(id: string): void {
  put(flashes.filter((each) => each.id !== id));
}
