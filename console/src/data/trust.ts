/** Trust policies: whom one lets assume its role, told in short, and new ones made from choices. */
import { documentText } from "./documents.ts";

/** Whom a trust policy lets assume its role, as AWS tells it in its list of roles; each once. */
export function trustedEntities(document: string): string[] {
  const allowing = statementsOf(document).filter(({ Effect }) => Effect === "Allow");
  return [...new Set(allowing.flatMap(({ Principal }) => principalTexts(Principal)))];
}

type Statement = { Effect?: unknown; Principal?: unknown };

function statementsOf(document: string): Statement[] {
  const { Statement: held } = parsed(document) as { Statement?: unknown };
  return list(held).filter((each): each is Statement => typeof each === "object" && each !== null);
}

function parsed(document: string): object {
  try {
    const value: unknown = JSON.parse(document);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function principalTexts(principal: unknown): string[] {
  if (principal === "*") return [EVERYONE];
  if (typeof principal !== "object" || principal === null) return [];
  return Object.entries(principal).flatMap(([kind, named]) =>
    list(named).map((name) => (TEXTS[kind] ?? unknownText(kind))(String(name))),
  );
}

const EVERYONE = "Account: * (everyone)";

const TEXTS: Readonly<Record<string, (name: string) => string>> = {
  AWS: awsText,
  Service: (name) => `AWS Service: ${name.replace(/\.amazonaws\.com(\.cn)?$/, "")}`,
  Federated: (name) => `Identity Provider: ${providerName(name)}`,
  CanonicalUser: (name) => `Canonical user: ${name}`,
};

function unknownText(kind: string): (name: string) => string {
  return (name) => `${kind}: ${name}`;
}

const KINDS: Readonly<Record<string, string>> = {
  user: "User",
  role: "Role",
  "assumed-role": "Role session",
  "federated-user": "Federated user",
};

function awsText(name: string): string {
  if (name === "*") return EVERYONE;
  if (/^\d{12}$/.test(name)) return `Account: ${name}`;
  // A user or a role that is gone is left in the policy by its unique ID.
  if (name.startsWith("AIDA")) return `Deleted user: ${name}`;
  if (name.startsWith("AROA")) return `Deleted role: ${name}`;
  const [, , , , account = "", ...rest] = name.split(":");
  const [kind = "", ...path] = rest.join(":").split("/");
  if (kind === "root") return `Account: ${account}`;
  const text = KINDS[kind];
  // A path stands before the name of a user or a role; a session's role belongs to its name.
  const own = kind === "assumed-role" ? path.join("/") : path.at(-1);
  return text === undefined ? name : `${text}: ${own} (${account})`;
}

/** An identity provider as people know it: by its host and path, not by its ARN. */
export function providerName(arn: string): string {
  return arn.replace(/^arn:[^/]*:(oidc|saml)-provider\//, "");
}

/** What the wizard asks of a trust policy. */
export type Trust =
  | { kind: "account"; accountId: string; externalId: string | undefined; mfa: boolean }
  | { kind: "service"; service: string }
  | { kind: "web-identity"; providerArn: string; audience: string; subject: string | undefined };

/** The trust policy of what was chosen. */
export function trustDocument(trust: Trust): string {
  const { condition, ...statement } = statementOf(trust);
  const held = Object.keys(condition).length > 0 ? { Condition: condition } : {};
  return documentText({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", ...statement, ...held }],
  });
}

type Condition = Record<string, Record<string, string>>;
type NewStatement = { Principal: Record<string, string>; Action: string; condition: Condition };

function statementOf(trust: Trust): NewStatement {
  switch (trust.kind) {
    case "account": {
      const Principal = { AWS: `arn:aws:iam::${trust.accountId}:root` };
      return { Principal, Action: "sts:AssumeRole", condition: accountCondition(trust) };
    }
    case "service":
      return { Principal: { Service: trust.service }, Action: "sts:AssumeRole", condition: {} };
    case "web-identity": {
      const Principal = { Federated: trust.providerArn };
      return { Principal, Action: "sts:AssumeRoleWithWebIdentity", condition: tokenCondition(trust) };
    }
  }
}

function accountCondition({ externalId, mfa }: Extract<Trust, { kind: "account" }>): Condition {
  return {
    ...(externalId !== undefined && { StringEquals: { "sts:ExternalId": externalId } }),
    ...(mfa && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  };
}

function tokenCondition(trust: Extract<Trust, { kind: "web-identity" }>): Condition {
  const provider = providerName(trust.providerArn);
  const audience = { [`${provider}:aud`]: trust.audience };
  if (trust.subject === undefined) return { StringEquals: audience };
  const subject = { [`${provider}:sub`]: trust.subject };
  return /[*?]/.test(trust.subject)
    ? { StringEquals: audience, StringLike: subject }
    : { StringEquals: { ...audience, ...subject } };
}

/** Where a trust policy of one's own begins. */
export const EMPTY_TRUST = documentText({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: {}, Action: "sts:AssumeRole" }],
});
