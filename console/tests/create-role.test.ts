import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildTrustPolicy,
  INITIAL_VALUES,
  isDetailsComplete,
  isPermissionsComplete,
  isTrustComplete,
  type RoleFormValues,
  toNewRole,
} from "../src/pages/create-role/form-values.ts";

const OWN = "111122223333";

function made(change: Partial<RoleFormValues>): RoleFormValues {
  return { ...INITIAL_VALUES, ...change };
}

test("the first step waits for what its way of trusting needs", () => {
  const complete: [Partial<RoleFormValues>, boolean][] = [
    [{}, true],
    [{ otherAccount: true }, false],
    [{ otherAccount: true, otherAccountId: "44445555666" }, false],
    [{ otherAccount: true, otherAccountId: "444455556666" }, true],
    [{ requireExternalId: true }, false],
    [{ requireExternalId: true, externalId: "x" }, false],
    [{ requireExternalId: true, externalId: "two words" }, false],
    [{ requireExternalId: true, externalId: "acme:7/a" }, true],
    [{ entityType: "service" }, false],
    [{ entityType: "service", service: "ec2" }, false],
    [{ entityType: "service", service: "ec2.amazonaws.com" }, true],
    [{ entityType: "web-identity", providerArn: "arn" }, false],
    [{ entityType: "web-identity", providerArn: "arn", audience: "app" }, true],
    [{ entityType: "custom" }, true],
    [{ entityType: "custom", customTrustPolicy: "{" }, false],
    [{ entityType: "custom", customTrustPolicy: "" }, false],
  ];
  for (const [change, expected] of complete) {
    assert.equal(isTrustComplete(made(change)), expected, JSON.stringify(change));
  }
});

test("a boundary that is wanted must be chosen", () => {
  assert.equal(isPermissionsComplete(made({})), true);
  assert.equal(isPermissionsComplete(made({ hasBoundary: true })), false);
  assert.equal(isPermissionsComplete(made({ hasBoundary: true, boundary: [{ Arn: "arn" }] })), true);
});

test("a role needs a name, and sessions of one to twelve hours", () => {
  const named = { name: "deploy" };
  assert.equal(isDetailsComplete(made({})), false);
  assert.equal(isDetailsComplete(made({ name: "two words" })), false);
  assert.equal(isDetailsComplete(made({ name: "a".repeat(65) })), false);
  assert.equal(isDetailsComplete(made(named)), true);
  for (const [seconds, expected] of [
    [3599, false],
    [3600, true],
    [43200, true],
    [43201, false],
    [Number.NaN, false],
  ] as const) {
    assert.equal(
      isDetailsComplete(made({ ...named, maxSessionDuration: seconds })),
      expected,
      String(seconds),
    );
  }
});

test("the role is made of what is in force, not of what was chosen before it", () => {
  const role = toNewRole(
    made({
      name: "deploy",
      otherAccount: false,
      otherAccountId: "444455556666",
      requireExternalId: false,
      externalId: "left over",
      hasBoundary: false,
      boundary: [{ Arn: "arn:boundary" }],
      policies: [{ Arn: "arn:policy" }],
      service: "ec2.amazonaws.com",
    }),
    OWN,
  );
  assert.match(role.trustPolicy, /arn:aws:iam::111122223333:root/);
  assert.doesNotMatch(role.trustPolicy, /left over|444455556666/);
  assert.equal(role.boundaryArn, undefined);
  assert.equal(role.service, undefined);
  assert.deepEqual(role.policyArns, ["arn:policy"]);
});

test("a policy of one's own is sent as it was written", () => {
  assert.equal(
    buildTrustPolicy(made({ entityType: "custom", customTrustPolicy: '{"a": 1}' }), OWN),
    '{"a": 1}',
  );
});
