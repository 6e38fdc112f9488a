/** Policy documents as text. */

/** A policy document as the server keeps it (percent-encoded), laid out for reading and editing. */
export function shownDocument(encoded: string): string {
  const plain = decodeURIComponent(encoded);
  try {
    return documentText(JSON.parse(plain));
  } catch {
    return plain;
  }
}

/** A document laid out for reading and editing. */
export function documentText(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

export const EMPTY_DOCUMENT = documentText({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: [], Resource: "*" }],
});

/** Why a text is no JSON document; undefined when it is one. The server checks the policy itself. */
export function documentError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `This is not JSON: ${error.message}` : "This is not JSON.";
  }
}

/** Whether a text can be sent as a document. */
export function isDocument(text: string): boolean {
  return documentError(text) === undefined;
}
