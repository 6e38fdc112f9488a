/** All requests to the server: a form, the session cookie, and a header that pages of other sites cannot send. */

/** Marks a request as one of the console. */
export const CONSOLE_HEADER = { "X-Iamd-Console": "1" };

const FORM = "application/x-www-form-urlencoded";

let clockOffset = 0;

/** The server's time in milliseconds, from its latest response: the browser's clock may be wrong. */
export function serverNow(): number {
  return Date.now() + clockOffset;
}

export type HttpResponse = { status: number; headers: Headers; body: Uint8Array };

export async function post(form: string): Promise<HttpResponse> {
  const response = await fetch("/", requestInit(form));
  updateClockOffset(response.headers.get("Date"));
  return {
    status: response.status,
    headers: response.headers,
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

/** Sends a request while the page unloads, without waiting for the response. */
export function postOnUnload(form: string): void {
  void fetch("/", { ...requestInit(form), keepalive: true });
}

function requestInit(form: string): RequestInit {
  return { method: "POST", headers: { ...CONSOLE_HEADER, "Content-Type": FORM }, body: form };
}

function updateClockOffset(date: string | null): void {
  const serverTime = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(serverTime)) clockOffset = serverTime - Date.now();
}
