import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeviceName, suggestDeviceName } from "../src/pages/assign-mfa-device/device-names.ts";

const ALICE = { userName: "alice", isCurrentUser: false };

function devices(...names: string[]) {
  return names.map((name) => ({ SerialNumber: `arn:aws:iam::111122223333:mfa/${name}` }) as never);
}

test("the suggested name is the user's, with a number if it is in use", () => {
  assert.equal(suggestDeviceName(ALICE, []), "alice");
  assert.equal(suggestDeviceName(ALICE, devices("phone")), "alice");
  assert.equal(suggestDeviceName(ALICE, devices("alice", "alice-2")), "alice-3");
});

test("the root user has a suggested name, too", () => {
  const root = { userName: undefined, isCurrentUser: true };
  assert.equal(suggestDeviceName(root, []), "root-account-mfa-device");
});

test("a device name has 1 to 64 characters of a name", () => {
  for (const name of ["a", "a.b-c_d@e=f+g,h", "a".repeat(64)]) assert.equal(isDeviceName(name), true, name);
  for (const name of ["", "two words", "a/b", "a".repeat(65)]) assert.equal(isDeviceName(name), false, name);
});
