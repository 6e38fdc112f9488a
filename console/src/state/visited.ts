/** Which kinds of pages were visited lately in this browser: never whose. */
import { recall, remember } from "./remembered.ts";

const NAME = "visited";
const KEPT = 6;

export function visitedPaths(): string[] {
  return (recall(NAME) ?? "").split(" ").filter((path) => path !== "");
}

export function noteVisit(path: string): void {
  const others = visitedPaths().filter((each) => each !== path);
  remember(NAME, [path, ...others].slice(0, KEPT).join(" "));
}
