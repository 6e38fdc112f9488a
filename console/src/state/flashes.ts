/** Messages in the bar above the page, cleared on navigation. */
import { onNavigate } from "./router.ts";
import { createStore } from "./store.ts";

export type Flash = { id: string; type: "success" | "error" | "info" | "warning"; text: string };

let lastId = 0;
const flashes = createStore<readonly Flash[]>([]);

onNavigate(() => flashes.set([]));

export function useFlashes(): readonly Flash[] {
  return flashes.use();
}

/** Shows a message. Navigate first, if at all: navigation clears messages. */
export function flash(text: string, type: Flash["type"] = "success"): void {
  lastId += 1;
  flashes.set([...flashes.get(), { id: `flash-${lastId}`, type, text }]);
}

export function dismiss(id: string): void {
  flashes.set(flashes.get().filter((flash) => flash.id !== id));
}
