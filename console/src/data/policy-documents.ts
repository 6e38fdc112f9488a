/** Decodes a policy document as the API returns it (percent-encoded) and formats it. */
export function decodeDocument(encoded: string): string {
  const json = decodeURIComponent(encoded);
  try {
    return formatDocument(JSON.parse(json));
  } catch {
    return json;
  }
}

/** Formats a document for reading and editing. */
export function formatDocument(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

export const EMPTY_POLICY = formatDocument({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: [], Resource: "*" }],
});

/** Why a text is not valid JSON; undefined if it is. The server validates the policy itself. */
export function jsonError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `Enter valid JSON: ${error.message}` : "Enter valid JSON.";
  }
}

export function isJson(text: string): boolean {
  return jsonError(text) === undefined;
}
