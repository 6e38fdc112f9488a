/** The AWS SDK's IAM client, speaking to the server that this page came from. */
import { IAMClient } from "@aws-sdk/client-iam";
import { refuse } from "./failure.ts";
import { CONSOLE_HEADER, queryOnLeaving } from "./query.ts";

/** There are no keys in the page: the session's cookie goes along by itself, and this "signer" signs nothing. */
const cookieAlone = {
  schemeId: "aws.auth#sigv4",
  identityProvider: () => async () => ({}),
  signer: {
    sign: async <R extends { headers: Record<string, string> }>(request: R): Promise<R> => {
      const type = request.headers["content-type"];
      request.headers = type ? { "content-type": type, ...CONSOLE_HEADER } : { ...CONSOLE_HEADER };
      return request;
    },
  },
};

export const iam = new IAMClient({
  endpoint: location.origin,
  region: "us-east-1",
  maxAttempts: 1,
  httpAuthSchemes: [cookieAlone],
  defaultUserAgentProvider: async () => [["iamd-console"]],
});

iam.middlewareStack.add((next) => (args) => next(args).catch(refuse), {
  name: "failures",
  step: "initialize",
  priority: "high",
});

/** Gathers what a paginator of the SDK brings, page by page. */
export async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const page of pages) gathered.push(...(items(page) ?? []));
  return gathered;
}

/** Deletes an unassigned virtual MFA device while its page is going. */
export function deleteVirtualDeviceOnLeaving(serialNumber: string): void {
  queryOnLeaving("DeleteVirtualMFADevice", "2010-05-08", { SerialNumber: serialNumber });
}
