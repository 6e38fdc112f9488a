import assert from "node:assert/strict";
import { test } from "node:test";
import { providerName, trustedEntities, trustPolicyDocument } from "../src/data/trust-policy.ts";

const ACCOUNT = "111122223333";

function entities(...principals: unknown[]): string[] {
  const Statement = principals.map((Principal) => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole" }));
  return trustedEntities(JSON.stringify({ Version: "2012-10-17", Statement }));
}

test("each kind of principal has AWS's short form", () => {
  const cases = [
    ["*", "Account: * (everyone)"],
    [{ AWS: "*" }, "Account: * (everyone)"],
    [{ AWS: ACCOUNT }, `Account: ${ACCOUNT}`],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:root` }, `Account: ${ACCOUNT}`],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/team/alice` }, `User: alice (${ACCOUNT})`],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/service/deploy` }, `Role: deploy (${ACCOUNT})`],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci` }, `Role session: deploy/ci (${ACCOUNT})`],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:federated-user/bob` }, `Federated user: bob (${ACCOUNT})`],
    [{ AWS: "AIDACKCEVSQ6C2EXAMPLE" }, "Deleted user: AIDACKCEVSQ6C2EXAMPLE"],
    [{ AWS: "AROADBQP57FF2AEXAMPLE" }, "Deleted role: AROADBQP57FF2AEXAMPLE"],
    [{ Service: "ec2.amazonaws.com" }, "AWS Service: ec2"],
    [{ Service: "delivery.logs.amazonaws.com" }, "AWS Service: delivery.logs"],
    [
      { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example.com/realm` },
      "Identity Provider: id.example.com/realm",
    ],
    [{ Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/Corp` }, "Identity Provider: Corp"],
    [{ Federated: "accounts.google.com" }, "Identity Provider: accounts.google.com"],
    [{ CanonicalUser: "79a5" }, "Canonical user: 79a5"],
    [{ Novel: "x" }, "Novel: x"],
  ] as const;
  for (const [principal, text] of cases) assert.deepEqual(entities(principal), [text]);
});

test("several principals are listed once each, in order", () => {
  const many = { AWS: [ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`], Service: ["ec2.amazonaws.com"] };
  assert.deepEqual(entities(many, "*", many), [
    `Account: ${ACCOUNT}`,
    "AWS Service: ec2",
    "Account: * (everyone)",
  ]);
});

test("a Deny statement trusts nobody, and a single statement needs no list", () => {
  const Statement = { Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" };
  assert.deepEqual(trustedEntities(JSON.stringify({ Statement })), []);
  const allowed = { ...Statement, Effect: "Allow", Principal: { AWS: ACCOUNT } };
  assert.deepEqual(trustedEntities(JSON.stringify({ Statement: allowed })), [`Account: ${ACCOUNT}`]);
});

test("an invalid policy trusts nobody", () => {
  for (const text of ["", "{", "null", "[]", "1", '{"Statement":[null,1,{"Effect":"Allow"}]}']) {
    assert.deepEqual(trustedEntities(text), [], text);
  }
});

function statement(trust: Parameters<typeof trustPolicyDocument>[0]): unknown {
  const { Version, Statement } = JSON.parse(trustPolicyDocument(trust));
  assert.equal(Version, "2012-10-17");
  assert.equal(Statement.length, 1);
  return Statement[0];
}

test("an account is trusted as a whole, under conditions", () => {
  const plain = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: "sts:AssumeRole",
  };
  const account = { kind: "account", accountId: ACCOUNT, externalId: undefined, mfa: false } as const;
  assert.deepEqual(statement(account), plain);
  assert.deepEqual(statement({ ...account, mfa: true }), {
    ...plain,
    Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  });
  assert.deepEqual(statement({ ...account, externalId: "x-1", mfa: true }), {
    ...plain,
    Condition: {
      StringEquals: { "sts:ExternalId": "x-1" },
      Bool: { "aws:MultiFactorAuthPresent": "true" },
    },
  });
});

test("a service is trusted by its principal", () => {
  assert.deepEqual(statement({ kind: "service", service: "ec2.amazonaws.com" }), {
    Effect: "Allow",
    Principal: { Service: "ec2.amazonaws.com" },
    Action: "sts:AssumeRole",
  });
});

test("an identity provider is trusted for an audience, and for one subject or a pattern of subjects", () => {
  const providerArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example.com/realm`;
  const trust = { kind: "web-identity", providerArn, audience: "app", subject: undefined } as const;
  const audience = { "id.example.com/realm:aud": "app" };
  const subject = (value: string) => ({ "id.example.com/realm:sub": value });
  const expected = (Condition: unknown) => ({
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition,
  });
  assert.deepEqual(statement(trust), expected({ StringEquals: audience }));
  assert.deepEqual(
    statement({ ...trust, subject: "alice" }),
    expected({ StringEquals: { ...audience, ...subject("alice") } }),
  );
  assert.deepEqual(
    statement({ ...trust, subject: "repo:a/*" }),
    expected({ StringEquals: audience, StringLike: subject("repo:a/*") }),
  );
});

test("the name of a provider is its host and path", () => {
  assert.equal(providerName(`arn:aws:iam::${ACCOUNT}:oidc-provider/id.example.com`), "id.example.com");
  assert.equal(providerName("id.example.com"), "id.example.com");
});
