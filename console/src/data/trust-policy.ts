/** Trust policies: lists the trusted entities of a policy, and creates the policy that trusts an entity. */
import { formatDocument } from "./policy-documents.ts";

/** The distinct trusted entities of a policy, in the wording of the AWS console's list of roles. */
export function trustedEntities(document: string): string[] {
  const allowStatements = parseStatements(document).filter(({ Effect }) => Effect === "Allow");
  return [...new Set(allowStatements.flatMap(({ Principal }) => describePrincipals(Principal)))];
}

type Statement = { Effect?: unknown; Principal?: unknown };

function parseStatements(document: string): Statement[] {
  const { Statement: statements } = parseObject(document) as { Statement?: unknown };
  return asArray(statements).filter(
    (statement): statement is Statement => typeof statement === "object" && statement !== null,
  );
}

function parseObject(document: string): object {
  try {
    const value: unknown = JSON.parse(document);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function asArray(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function describePrincipals(principal: unknown): string[] {
  if (principal === "*") return [EVERYONE];
  if (typeof principal !== "object" || principal === null) return [];
  return Object.entries(principal).flatMap(([kind, names]) =>
    asArray(names).map((name) => (DESCRIPTIONS[kind] ?? describeUnknown(kind))(String(name))),
  );
}

const EVERYONE = "Account: * (everyone)";

const DESCRIPTIONS: Readonly<Record<string, (name: string) => string>> = {
  AWS: describeAwsPrincipal,
  Service: (name) => `AWS Service: ${name.replace(/\.amazonaws\.com(\.cn)?$/, "")}`,
  Federated: (name) => `Identity Provider: ${providerName(name)}`,
  CanonicalUser: (name) => `Canonical user: ${name}`,
};

function describeUnknown(kind: string): (name: string) => string {
  return (name) => `${kind}: ${name}`;
}

const ARN_LABELS: Readonly<Record<string, string>> = {
  user: "User",
  role: "Role",
  "assumed-role": "Role session",
  "federated-user": "Federated user",
};

function describeAwsPrincipal(name: string): string {
  if (name === "*") return EVERYONE;
  if (/^\d{12}$/.test(name)) return `Account: ${name}`;
  // In a policy, the unique ID of a deleted user or role replaces its ARN.
  if (name.startsWith("AIDA")) return `Deleted user: ${name}`;
  if (name.startsWith("AROA")) return `Deleted role: ${name}`;
  const [, , , , account = "", ...resource] = name.split(":");
  const [kind = "", ...path] = resource.join(":").split("/");
  if (kind === "root") return `Account: ${account}`;
  const label = ARN_LABELS[kind];
  // The name of a user or role follows its path; the name of a session includes its role.
  const shortName = kind === "assumed-role" ? path.join("/") : path.at(-1);
  return label === undefined ? name : `${label}: ${shortName} (${account})`;
}

/** The name of an identity provider: the host and path in its ARN. */
export function providerName(arn: string): string {
  return arn.replace(/^arn:[^/]*:(oidc|saml)-provider\//, "");
}

/** An entity that a role can trust, with conditions. */
export type TrustedEntity =
  | { kind: "account"; accountId: string; externalId: string | undefined; mfa: boolean }
  | { kind: "service"; service: string }
  | { kind: "web-identity"; providerArn: string; audience: string; subject: string | undefined };

/** The trust policy that trusts an entity. */
export function trustPolicyDocument(entity: TrustedEntity): string {
  const { condition, ...statement } = allowStatement(entity);
  const conditionMember = Object.keys(condition).length > 0 ? { Condition: condition } : {};
  return formatDocument({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", ...statement, ...conditionMember }],
  });
}

type Condition = Record<string, Record<string, string>>;
type NewStatement = { Principal: Record<string, string>; Action: string; condition: Condition };

function allowStatement(entity: TrustedEntity): NewStatement {
  switch (entity.kind) {
    case "account": {
      const Principal = { AWS: `arn:aws:iam::${entity.accountId}:root` };
      return { Principal, Action: "sts:AssumeRole", condition: accountCondition(entity) };
    }
    case "service":
      return { Principal: { Service: entity.service }, Action: "sts:AssumeRole", condition: {} };
    case "web-identity": {
      const Principal = { Federated: entity.providerArn };
      return { Principal, Action: "sts:AssumeRoleWithWebIdentity", condition: tokenCondition(entity) };
    }
  }
}

function accountCondition({ externalId, mfa }: Extract<TrustedEntity, { kind: "account" }>): Condition {
  return {
    ...(externalId !== undefined && { StringEquals: { "sts:ExternalId": externalId } }),
    ...(mfa && { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
  };
}

function tokenCondition(entity: Extract<TrustedEntity, { kind: "web-identity" }>): Condition {
  const provider = providerName(entity.providerArn);
  const audience = { [`${provider}:aud`]: entity.audience };
  if (entity.subject === undefined) return { StringEquals: audience };
  const subject = { [`${provider}:sub`]: entity.subject };
  return /[*?]/.test(entity.subject)
    ? { StringEquals: audience, StringLike: subject }
    : { StringEquals: { ...audience, ...subject } };
}

/** The initial text of a custom trust policy. */
export const EMPTY_TRUST_POLICY = formatDocument({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: {}, Action: "sts:AssumeRole" }],
});
