/** Managed policies to choose from, and inline ones. */
import { type Policy, paginateListPolicies } from "@aws-sdk/client-iam";
import { collectPages, iam } from "../api/iam.ts";

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
  const policies = await collectPages(
    paginateListPolicies({ client: iam, pageSize: 1000 }, {}),
    (page) => page.Policies,
  );
  return policies.sort((one, other) => (one.PolicyName ?? "").localeCompare(other.PolicyName ?? ""));
}

export function policyType(arn: string | undefined): string {
  return arn?.startsWith("arn:aws:iam::aws:") ? "AWS managed" : "Customer managed";
}
