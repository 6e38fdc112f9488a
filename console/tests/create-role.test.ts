import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Choices,
  chosenTrust,
  FIRST_CHOICES,
  hasDetails,
  hasPermissions,
  hasTrust,
  newRole,
} from "../src/pages/create-role/choices.ts";

const OWN = "111122223333";

function made(change: Partial<Choices>): Choices {
  return { ...FIRST_CHOICES, ...change };
}

test("the first step waits for what its way of trusting needs", () => {
  const complete: [Partial<Choices>, boolean][] = [
    [{}, true],
    [{ another: true }, false],
    [{ another: true, otherAccount: "44445555666" }, false],
    [{ another: true, otherAccount: "444455556666" }, true],
    [{ needsExternalId: true }, false],
    [{ needsExternalId: true, externalId: "x" }, false],
    [{ needsExternalId: true, externalId: "two words" }, false],
    [{ needsExternalId: true, externalId: "acme:7/a" }, true],
    [{ way: "service" }, false],
    [{ way: "service", service: "ec2" }, false],
    [{ way: "service", service: "ec2.amazonaws.com" }, true],
    [{ way: "web-identity", providerArn: "arn" }, false],
    [{ way: "web-identity", providerArn: "arn", audience: "app" }, true],
    [{ way: "custom" }, true],
    [{ way: "custom", custom: "{" }, false],
    [{ way: "custom", custom: "" }, false],
  ];
  for (const [change, expected] of complete) {
    assert.equal(hasTrust(made(change)), expected, JSON.stringify(change));
  }
});

test("a boundary that is wanted must be chosen", () => {
  assert.equal(hasPermissions(made({})), true);
  assert.equal(hasPermissions(made({ bounded: true })), false);
  assert.equal(hasPermissions(made({ bounded: true, boundary: [{ Arn: "arn" }] })), true);
});

test("a role needs a name, and sessions of one to twelve hours", () => {
  const named = { name: "deploy" };
  assert.equal(hasDetails(made({})), false);
  assert.equal(hasDetails(made({ name: "two words" })), false);
  assert.equal(hasDetails(made({ name: "a".repeat(65) })), false);
  assert.equal(hasDetails(made(named)), true);
  for (const [seconds, expected] of [
    [3599, false],
    [3600, true],
    [43200, true],
    [43201, false],
    [Number.NaN, false],
  ] as const) {
    assert.equal(hasDetails(made({ ...named, maxSessionDuration: seconds })), expected, String(seconds));
  }
});

test("the role is made of what is in force, not of what was chosen before it", () => {
  const role = newRole(
    made({
      name: "deploy",
      another: false,
      otherAccount: "444455556666",
      needsExternalId: false,
      externalId: "left over",
      bounded: false,
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
  assert.equal(chosenTrust(made({ way: "custom", custom: '{"a": 1}' }), OWN), '{"a": 1}');
});
