/** Light or dark mode: the user's choice in this browser, or else the system's. */
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";
import { readLocal, writeLocal } from "./local-storage.ts";

export type VisualMode = "system" | "light" | "dark";

const STORAGE_KEY = "visual-mode";
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let current = parseMode(readLocal(STORAGE_KEY));

function parseMode(value: string | undefined): VisualMode {
  return value === "light" || value === "dark" ? value : "system";
}

function applyVisualMode(): void {
  const dark = current === "system" ? systemDark.matches : current === "dark";
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startVisualMode(): void {
  applyVisualMode();
  systemDark.addEventListener("change", applyVisualMode);
}

export function useVisualMode(): VisualMode {
  return useSyncExternalStore(subscribe, () => current);
}

export function setVisualMode(mode: VisualMode): void {
  current = mode;
  writeLocal(STORAGE_KEY, mode);
  applyVisualMode();
  for (const listener of listeners) listener();
}
