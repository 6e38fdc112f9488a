import { parseXML } from "@aws-sdk/xml-builder";
import { Failure } from "./failure.ts";
import { at, text } from "./readers.ts";

/** The header that tells the server that a request comes from this page; no other site can send it. */
export const CONSOLE_HEADER = { "X-Iamd-Console": "1" };

export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

let serverAhead = 0;

/** The server's time, in milliseconds: what it said last, since this machine's clock may be wrong. */
export function serverNow(): number {
  return Date.now() + serverAhead;
}

/** Posts one operation in the Query protocol and returns its result's content. */
export async function query(action: string, version: string, params: Params): Promise<unknown> {
  const response = await fetch("/", {
    method: "POST",
    headers: CONSOLE_HEADER,
    body: form(action, version, params),
  });
  noteTime(response.headers.get("Date"));
  const document = parse(await response.text(), response.status);
  if (!response.ok) throw failureIn(document);
  return at(at(document, `${action}Response`), `${action}Result`);
}

/** Posts one operation while the page is going, when no answer can be waited for. */
export function queryOnLeaving(action: string, version: string, params: Params): void {
  void fetch("/", {
    method: "POST",
    headers: CONSOLE_HEADER,
    body: form(action, version, params),
    keepalive: true,
  });
}

function form(action: string, version: string, params: Params): URLSearchParams {
  const body = new URLSearchParams({ Action: action, Version: version });
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) body.set(name, String(value));
  }
  return body;
}

function noteTime(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(told)) serverAhead = told - Date.now();
}

function parse(body: string, status: number): unknown {
  try {
    return parseXML(body);
  } catch {
    throw new Failure("UnknownError", `The server gave no answer that can be read (status ${status}).`);
  }
}

function failureIn(document: unknown): Failure {
  const error = at(at(document, "ErrorResponse"), "Error");
  return new Failure(text(at(error, "Code")) || "UnknownError", text(at(error, "Message")));
}
