/** Light or dark: what the person chose in this browser, or else what the system says. */
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";
import { recall, remember } from "./remembered.ts";

export type VisualMode = "system" | "light" | "dark";

const NAME = "visual-mode";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let chosen = asMode(recall(NAME));

function asMode(value: string | undefined): VisualMode {
  return value === "light" || value === "dark" ? value : "system";
}

function apply(): void {
  const dark = chosen === "system" ? system.matches : chosen === "dark";
  applyMode(dark ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startVisualMode(): void {
  apply();
  system.addEventListener("change", apply);
}

export function useVisualMode(): VisualMode {
  return useSyncExternalStore(subscribe, () => chosen);
}

export function chooseVisualMode(mode: VisualMode): void {
  chosen = mode;
  remember(NAME, mode);
  apply();
  for (const listener of listeners) listener();
}
