/** Where the person is: the page's own path and query, and how to go elsewhere without leaving the page. */
import { useSyncExternalStore } from "react";

const BASE = "/console";
const listeners = new Set<() => void>();
const departures = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let hasMoved = false;

/** Whether the person has come to this page from another one of the console. */
export function cameFromWithin(): boolean {
  return hasMoved;
}

function moved(): void {
  hasMoved = true;
  for (const listener of [...departures, ...listeners]) listener();
}

/** Has something run at every move, before the new page is shown. */
export function onMove(listener: () => void): void {
  departures.add(listener);
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** The query's parameter of that name; undefined when there is none. */
export function useQueryParam(name: string): string | undefined {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return new URLSearchParams(search).get(name) ?? undefined;
}

export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  moved();
  if (how === "push") window.scrollTo(0, 0);
}

/** Sets parameters of the query in place: an open tab or dialog then survives a detour to the sign-in pages. */
export function setQueryParams(params: Readonly<Record<string, string | undefined>>): void {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) search.delete(name);
    else search.set(name, value);
  }
  const query = search.toString();
  navigate(location.pathname + (query && `?${query}`), "replace");
}

/** Follows links within the console without loading the page anew. */
export function startRouter(): void {
  window.addEventListener("pageshow", reloadIfKept);
  window.addEventListener("popstate", moved);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || !isPlainClick(event) || !isWithin(link)) return;
    event.preventDefault();
    const path = link.pathname + link.search;
    if (path !== location.pathname + location.search) navigate(path);
  });
}

/** A page that the browser kept and shows again may be somebody's who has signed out meanwhile. */
function reloadIfKept(event: PageTransitionEvent): void {
  if (event.persisted) location.reload();
}

function isPlainClick(event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !modified && !event.defaultPrevented;
}

function isWithin(link: HTMLAnchorElement): boolean {
  const here = link.origin === location.origin && !link.target && !link.hasAttribute("download");
  const inside = link.pathname === BASE || link.pathname.startsWith(`${BASE}/`);
  return here && inside && link.hasAttribute("href") && !(link.getAttribute("href") ?? "").startsWith("#");
}
