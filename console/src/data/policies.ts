/** Managed policies. */
import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import { collectPages, iam } from "../api/iam.ts";

const CACHE_TIME = 60_000;

let cache: Promise<Policy[]> | undefined;

/** All managed policies, AWS's and the account's own. The list is long, so it is cached for a minute. */
export function listPolicies(): Promise<Policy[]> {
  cache ??= fetchPolicies().then(
    (policies) => {
      setTimeout(clearCache, CACHE_TIME);
      return policies;
    },
    (error) => {
      clearCache();
      throw error;
    },
  );
  return cache;
}

function clearCache(): void {
  cache = undefined;
}

async function fetchPolicies(): Promise<Policy[]> {
  const policies = await collectPages(
    paginateListPolicies({ client: iam, pageSize: 1000 }, {}),
    (page) => page.Policies,
  );
  return policies.sort((a, b) => (a.PolicyName ?? "").localeCompare(b.PolicyName ?? ""));
}

export function policyType(arn: string | undefined): string {
  return arn?.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
}
