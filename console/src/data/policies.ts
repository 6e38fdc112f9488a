/** Managed policies to choose from, and inline ones. */
import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import { all, iam } from "../api/iam.ts";

const KEPT = 60_000;

let known: Promise<Policy[]> | undefined;

/** Every managed policy, AWS's and the account's own. The list is long, so one answer serves for a while. */
export function listPolicies(): Promise<Policy[]> {
  known ??= fetchPolicies().then(
    (policies) => {
      setTimeout(forget, KEPT);
      return policies;
    },
    (error) => {
      forget();
      throw error;
    },
  );
  return known;
}

function forget(): void {
  known = undefined;
}

async function fetchPolicies(): Promise<Policy[]> {
  const policies = await all(
    paginateListPolicies({ client: iam, pageSize: 1000 }, {}),
    (page) => page.Policies,
  );
  return policies.sort((one, other) => (one.PolicyName ?? "").localeCompare(other.PolicyName ?? ""));
}

export function policyType(arn: string | undefined): string {
  return arn?.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
}

/** A policy document as the server keeps it (percent-encoded), laid out for reading and editing. */
export function shownDocument(encoded: string): string {
  const plain = decodeURIComponent(encoded);
  try {
    return JSON.stringify(JSON.parse(plain), null, 2);
  } catch {
    return plain;
  }
}

export const EMPTY_DOCUMENT = JSON.stringify(
  { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: [], Resource: "*" }] },
  null,
  2,
);

/** Why a text is no JSON document; undefined when it is one. The server checks the policy itself. */
export function documentError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `This is not JSON: ${error.message}` : "This is not JSON.";
  }
}
