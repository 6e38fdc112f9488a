/** Decisions for other services: their pages, and how to show their callers. */
import type { ServiceDecision } from "../api/iamd.ts";
import { rolePath, userPath } from "../shared/paths.ts";

export type DecisionPage = { decisions: ServiceDecision[]; marker: string | undefined };

type Response = { Decisions: ServiceDecision[]; Marker: string | undefined };

const MAX_REQUESTS = 10;

/**
 * The next page that has decisions. The server may answer with none before its log ends, where few events match; after
 * ten such answers, so does this.
 */
export async function nextDecisions(
  request: (marker: string | undefined) => Promise<Response>,
  marker?: string,
): Promise<DecisionPage> {
  let response = await request(marker);
  for (let requests = 1; requests < MAX_REQUESTS; requests++) {
    if (response.Decisions.length > 0 || response.Marker === undefined) break;
    response = await request(response.Marker);
  }
  return { decisions: response.Decisions, marker: response.Marker };
}

/** A caller's name without what all of the account's have in common, and the page of its user or role. */
export function describeCaller(caller: string, accountId: string): { text: string; href?: string } {
  const ownArn = new RegExp(`^arn:aws:(?:iam|sts)::${accountId}:(.+)$`).exec(caller);
  const text = ownArn?.[1];
  if (text === undefined) return { text: caller };
  const [kind, ...names] = text.split("/");
  const name = kind === "user" ? names.at(-1) : names[0];
  if (name === undefined) return { text: kind === "root" ? "Root user" : text };
  if (kind === "user") return { text, href: userPath(name) };
  return kind === "assumed-role" ? { text, href: rolePath(name) } : { text };
}
