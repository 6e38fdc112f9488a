/** Messages in the bar above the page, cleared on navigation. */
import { useSyncExternalStore } from "react";
import { onNavigate } from "./router.ts";

export type Flash = { id: string; type: "success" | "error" | "info" | "warning"; text: string };

let flashes: readonly Flash[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

onNavigate(() => setFlashes([]));

function setFlashes(newFlashes: readonly Flash[]): void {
  flashes = newFlashes;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useFlashes(): readonly Flash[] {
  return useSyncExternalStore(subscribe, () => flashes);
}

/** Shows a message. Navigate first, if at all: navigation clears messages. */
export function flash(text: string, type: Flash["type"] = "success"): void {
  lastId += 1;
  setFlashes([...flashes, { id: `flash-${lastId}`, type, text }]);
}

export function dismiss(id: string): void {
  setFlashes(flashes.filter((flash) => flash.id !== id));
}
