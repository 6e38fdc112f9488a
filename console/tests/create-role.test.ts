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

function withValues(update: Partial<RoleFormValues>): RoleFormValues {
  return { ...INITIAL_VALUES, ...update };
}

test("the first step is complete when its trusted entity is", () => {
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
    assert.equal(isTrustComplete(withValues(change)), expected, JSON.stringify(change));
  }
});

test("a permissions boundary needs a policy", () => {
  assert.equal(isPermissionsComplete(withValues({})), true);
  assert.equal(isPermissionsComplete(withValues({ hasBoundary: true })), false);
  assert.equal(isPermissionsComplete(withValues({ hasBoundary: true, boundary: [{ Arn: "arn" }] })), true);
});

test("a role needs a valid name and a session duration of 1 to 12 hours", () => {
  const withName = { name: "deploy" };
  assert.equal(isDetailsComplete(withValues({})), false);
  assert.equal(isDetailsComplete(withValues({ name: "two words" })), false);
  assert.equal(isDetailsComplete(withValues({ name: "a".repeat(65) })), false);
  assert.equal(isDetailsComplete(withValues(withName)), true);
  for (const [seconds, expected] of [
    [3599, false],
    [3600, true],
    [43200, true],
    [43201, false],
    [Number.NaN, false],
  ] as const) {
    assert.equal(
      isDetailsComplete(withValues({ ...withName, maxSessionDuration: seconds })),
      expected,
      String(seconds),
    );
  }
});

test("values of options that are turned off are ignored", () => {
  const role = toNewRole(
    withValues({
      name: "deploy",
      otherAccount: false,
      otherAccountId: "444455556666",
      requireExternalId: false,
      externalId: "unused",
      hasBoundary: false,
      boundary: [{ Arn: "arn:boundary" }],
      policies: [{ Arn: "arn:policy" }],
      service: "ec2.amazonaws.com",
    }),
    OWN,
  );
  assert.match(role.trustPolicy, /arn:aws:iam::111122223333:root/);
  assert.doesNotMatch(role.trustPolicy, /unused|444455556666/);
  assert.equal(role.boundaryArn, undefined);
  assert.equal(role.service, undefined);
  assert.deepEqual(role.policyArns, ["arn:policy"]);
});

test("a custom trust policy is sent unchanged", () => {
  assert.equal(
    buildTrustPolicy(withValues({ entityType: "custom", customTrustPolicy: '{"a": 1}' }), OWN),
    '{"a": 1}',
  );
});
