/** Client-side routing: the current path and query, and navigation without loading a page. */
import { useSyncExternalStore } from "react";

const BASE = "/console";
const listeners = new Set<() => void>();
const navigateListeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let navigated = false;

/** Whether the current page was reached from another page of the console. */
export function hasNavigated(): boolean {
  return navigated;
}

function handleNavigation(): void {
  navigated = true;
  for (const listener of [...navigateListeners, ...listeners]) listener();
}

/** Calls the listener on every navigation, before the new page renders. */
export function onNavigate(listener: () => void): void {
  navigateListeners.add(listener);
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** The query parameter of that name; undefined if there is none. */
export function useQueryParam(name: string): string | undefined {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return new URLSearchParams(search).get(name) ?? undefined;
}

export function navigate(path: string, mode: "push" | "replace" = "push"): void {
  if (mode === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  handleNavigation();
  if (mode === "push") window.scrollTo(0, 0);
}

/** Sets query parameters without a new history entry, so that an open tab or dialog survives a redirect to sign in. */
export function setQueryParams(params: Readonly<Record<string, string | undefined>>): void {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) search.delete(name);
    else search.set(name, value);
  }
  const query = search.toString();
  navigate(location.pathname + (query && `?${query}`), "replace");
}

/** Handles clicks on links within the console without loading a page. */
export function startRouter(): void {
  window.addEventListener("pageshow", reloadIfRestored);
  window.addEventListener("popstate", handleNavigation);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || !isPlainClick(event) || !isConsoleLink(link)) return;
    event.preventDefault();
    const path = link.pathname + link.search;
    if (path !== location.pathname + location.search) navigate(path);
  });
}

/** Reloads a page restored from the back/forward cache: its user may have signed out in the meantime. */
function reloadIfRestored(event: PageTransitionEvent): void {
  if (event.persisted) location.reload();
}

function isPlainClick(event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !modified && !event.defaultPrevented;
}

function isConsoleLink(link: HTMLAnchorElement): boolean {
  const sameWindow = link.origin === location.origin && !link.target && !link.hasAttribute("download");
  const inConsole = link.pathname === BASE || link.pathname.startsWith(`${BASE}/`);
  return (
    sameWindow && inConsole && link.hasAttribute("href") && !(link.getAttribute("href") ?? "").startsWith("#")
  );
}
