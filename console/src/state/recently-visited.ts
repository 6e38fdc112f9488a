/** Pages recently visited in this browser: only those of the side navigation, which name no resource. */
import { readLocal, writeLocal } from "./local-storage.ts";

const STORAGE_KEY = "visited";
const MAX_PATHS = 6;

export function recentlyVisitedPaths(): string[] {
  return (readLocal(STORAGE_KEY) ?? "").split(" ").filter((path) => path !== "");
}

export function recordVisit(path: string): void {
  const others = recentlyVisitedPaths().filter((visited) => visited !== path);
  writeLocal(STORAGE_KEY, [path, ...others].slice(0, MAX_PATHS).join(" "));
}
