/** Preferences kept in this browser: never anything about the account. */
const PREFIX = "iamd.";

export function readLocal(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined; // storage is disabled: the preference lasts as long as the page
  }
}

export function writeLocal(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // as above
  }
}
