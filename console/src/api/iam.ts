/** The AWS SDK's IAM client, with this page's server as its endpoint. */
import { IAMClient } from "@aws-sdk/client-iam";
import { withConfirmation } from "./confirmation.ts";
import { redirectOrThrow } from "./errors.ts";
import { encodeQueryRequest } from "./query.ts";
import { post, postOnUnload } from "./transport.ts";

/** The page has no access keys and signs nothing: the browser sends the session cookie. */
const cookieAuthScheme = {
  schemeId: "aws.auth#sigv4",
  identityProvider: () => async () => ({}),
  signer: { sign: async <R>(request: R): Promise<R> => request },
};

/** Sends only the form, without the headers that the SDK adds. */
const formRequestHandler = {
  handle: async ({ body }: { body?: unknown }) => {
    const response = await post(String(body));
    const headers = Object.fromEntries(response.headers);
    return { response: { statusCode: response.status, headers, body: response.body } };
  },
};

export const iam = new IAMClient({
  endpoint: location.origin,
  region: "us-east-1",
  maxAttempts: 1,
  httpAuthSchemes: [cookieAuthScheme],
  requestHandler: formRequestHandler,
});

iam.middlewareStack.add((next) => (args) => withConfirmation(() => next(args)).catch(redirectOrThrow), {
  name: "errors",
  step: "initialize",
  priority: "high",
});

/** Collects the items of all pages of an SDK paginator. */
export async function collectPages<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const page of pages) collected.push(...(items(page) ?? []));
  return collected;
}

/** Deletes an unassigned virtual MFA device while the page unloads. */
export function deleteVirtualMfaDeviceOnUnload(serialNumber: string): void {
  postOnUnload(encodeQueryRequest("DeleteVirtualMFADevice", "2010-05-08", { SerialNumber: serialNumber }));
}
