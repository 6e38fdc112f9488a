/** The one way to the server: a form, the session's cookie, and a header that no other site's page can send. */

/** Tells the server that a request comes from this page. */
export const CONSOLE_HEADER = { "X-Iamd-Console": "1" };

const FORM = "application/x-www-form-urlencoded";

let serverAhead = 0;

/** The server's time, in milliseconds: what it said last, since this machine's clock may be wrong. */
export function serverNow(): number {
  return Date.now() + serverAhead;
}

export type Answer = { status: number; headers: Headers; body: Uint8Array };

export async function post(form: string): Promise<Answer> {
  const response = await fetch("/", request(form));
  noteTime(response.headers.get("Date"));
  return {
    status: response.status,
    headers: response.headers,
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

/** Posts while the page is going, when no answer can be waited for. */
export function postOnLeaving(form: string): void {
  void fetch("/", { ...request(form), keepalive: true });
}

function request(form: string): RequestInit {
  return { method: "POST", headers: { ...CONSOLE_HEADER, "Content-Type": FORM }, body: form };
}

function noteTime(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(told)) serverAhead = told - Date.now();
}
