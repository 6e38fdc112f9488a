/** The AWS SDK's IAM client, speaking to the server that this page came from. */
import { IAMClient } from "@aws-sdk/client-iam";
import { refuse } from "./failure.ts";
import { form } from "./query.ts";
import { post, postOnLeaving } from "./transport.ts";

/** There are no keys in the page, and nothing is signed: the session's cookie goes along by itself. */
const cookieAlone = {
  schemeId: "aws.auth#sigv4",
  identityProvider: () => async () => ({}),
  signer: { sign: async <R>(request: R): Promise<R> => request },
};

/** Sends the form alone: the headers that the SDK adds mean nothing here. */
const formAlone = {
  handle: async ({ body }: { body?: unknown }) => {
    const answer = await post(String(body));
    const headers = Object.fromEntries(answer.headers);
    return { response: { statusCode: answer.status, headers, body: answer.body } };
  },
};

export const iam = new IAMClient({
  endpoint: location.origin,
  region: "us-east-1",
  maxAttempts: 1,
  httpAuthSchemes: [cookieAlone],
  requestHandler: formAlone,
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
  postOnLeaving(form("DeleteVirtualMFADevice", "2010-05-08", { SerialNumber: serialNumber }));
}
