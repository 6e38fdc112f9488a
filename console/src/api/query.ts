import { parseXML } from "@aws-sdk/xml-builder";
import { child, string } from "./decoders.ts";
import { ApiError } from "./errors.ts";
import { post } from "./transport.ts";

export type Params = Readonly<Record<string, string | number | boolean | undefined>>;

/** Sends a request in the AWS Query protocol and returns the content of its result element. */
export async function sendQueryRequest(action: string, version: string, params: Params): Promise<unknown> {
  const { status, body } = await post(encodeQueryRequest(action, version, params));
  const document = parse(new TextDecoder().decode(body), status);
  if (status >= 400) throw decodeError(document);
  return child(child(document, `${action}Response`), `${action}Result`);
}

export function encodeQueryRequest(action: string, version: string, params: Params): string {
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
    throw new ApiError("UnknownError", `The server returned an invalid response (status ${status}).`);
  }
}

function decodeError(document: unknown): ApiError {
  const error = child(child(document, "ErrorResponse"), "Error");
  return new ApiError(string(child(error, "Code")) || "UnknownError", string(child(error, "Message")));
}
