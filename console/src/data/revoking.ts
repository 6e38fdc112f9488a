/** The inline policy that ends a role's sessions: it denies all to those that were issued before a moment. */
import { documentText } from "./documents.ts";

export const REVOKING_POLICY = "AWSRevokeOlderSessions";

const ISSUED = "aws:TokenIssueTime";

/**
 * The policy as of a moment, in milliseconds. A server tells its time in whole seconds, cut off: the one that it is
 * in counts as over, so that no session that there is slips through.
 */
export function revokingDocument(now: number): string {
  return documentText({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Action: ["*"],
        Resource: ["*"],
        Condition: { DateLessThan: { [ISSUED]: new Date(now + 1000).toISOString() } },
      },
    ],
  });
}

/** The moment of such a policy; undefined where it tells none. */
export function revokedBefore(document: string): Date | undefined {
  const found = new RegExp(`"${ISSUED}":\\s*"([^"]+)"`).exec(document)?.[1];
  const date = new Date(found ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
