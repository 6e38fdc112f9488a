import { parseXML } from "@aws-sdk/xml-builder";
import { Failure } from "./failure.ts";
import { at, text } from "./readers.ts";
import { post } from "./transport.ts";

export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

/** Posts one operation in the Query protocol and returns its result's content. */
export async function query(action: string, version: string, params: Params): Promise<unknown> {
  const { status, body } = await post(form(action, version, params));
  const document = parse(new TextDecoder().decode(body), status);
  if (status >= 400) throw failureIn(document);
  return at(at(document, `${action}Response`), `${action}Result`);
}

export function form(action: string, version: string, params: Params): string {
  const body = new URLSearchParams({ Action: action, Version: version });
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) body.set(name, String(value));
  }
  return body.toString();
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
