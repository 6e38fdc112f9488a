import assert from "node:assert/strict";
import { test } from "node:test";
import { findRoute } from "../src/layout/routes.ts";
import { providerPath, rolePath, userActionPath, userPath } from "../src/shared/paths.ts";

function match(path: string): [pattern: string, name: string] {
  const { route, name } = findRoute(path);
  return [decodeURIComponent(route.pattern), name];
}

test("a path without a name has its page, with or without a trailing slash", () => {
  assert.deepEqual(match("/console"), ["/console", ""]);
  assert.deepEqual(match("/console/iam/users"), ["/console/iam/users", ""]);
  assert.deepEqual(match("/console/iam/users/"), ["/console/iam/users", ""]);
  assert.deepEqual(match("/console/iam/users/create"), ["/console/iam/users/create", ""]);
});

test("the name in a path is decoded", () => {
  const arn = "arn:aws:iam::111122223333:oidc-provider/id.example.com/realm";
  assert.deepEqual(match(userPath("=cmd@x")), ["/console/iam/users/details/:name", "=cmd@x"]);
  assert.deepEqual(match(userActionPath("a+b", "assign-mfa")), [
    "/console/iam/users/details/:name/assign-mfa",
    "a+b",
  ]);
  assert.deepEqual(match(rolePath("create")), ["/console/iam/roles/details/:name", "create"]);
  assert.deepEqual(match(providerPath(arn)), ["/console/iam/identity-providers/details/:name", arn]);
});

test("any other path is not found", () => {
  for (const path of [
    "/console/iam/nothing-here",
    "/console/iam/users/details/",
    "/console/iam/users/details/alice/more",
    "/console/iam/users/details/%",
  ]) {
    assert.deepEqual(match(path), ["", ""], path);
  }
});
