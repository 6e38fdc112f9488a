/** Light or dark mode: the user's choice in this browser, or else the system's. */
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { readLocal, writeLocal } from "./local-storage.ts";
import { createStore } from "./store.ts";

export type VisualMode = "system" | "light" | "dark";

const STORAGE_KEY = "visual-mode";
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const current = createStore(parseMode(readLocal(STORAGE_KEY)));

function parseMode(value: string | undefined): VisualMode {
  return value === "light" || value === "dark" ? value : "system";
}

function applyVisualMode(): void {
  const mode = current.get();
  const dark = mode === "system" ? systemDark.matches : mode === "dark";
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

export function startVisualMode(): void {
  applyVisualMode();
  systemDark.addEventListener("change", applyVisualMode);
}

export function useVisualMode(): VisualMode {
  return current.use();
}

export function setVisualMode(mode: VisualMode): void {
  current.set(mode);
  writeLocal(STORAGE_KEY, mode);
  applyVisualMode();
}
