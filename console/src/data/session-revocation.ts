/** The inline policy that revokes a role's sessions: it denies everything to those issued before a time. */
import { formatDocument } from "./policy-documents.ts";

export const REVOCATION_POLICY_NAME = "AWSRevokeOlderSessions";

const ISSUE_TIME = "aws:TokenIssueTime";

/**
 * The policy that revokes the sessions issued up to `now`, in milliseconds. The server reports its time in whole
 * seconds, rounded down, so the current second is included: no existing session escapes.
 */
export function revocationPolicy(now: number): string {
  return formatDocument({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Action: ["*"],
        Resource: ["*"],
        Condition: { DateLessThan: { [ISSUE_TIME]: new Date(now + 1000).toISOString() } },
      },
    ],
  });
}

/** The time before which such a policy revokes sessions; undefined if it has none. */
export function revocationTime(document: string): Date | undefined {
  const value = new RegExp(`"${ISSUE_TIME}":\\s*"([^"]+)"`).exec(document)?.[1];
  const date = new Date(value ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
