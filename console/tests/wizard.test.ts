import assert from "node:assert/strict";
import { test } from "node:test";
import { findIncompleteStep } from "../src/state/wizard.ts";

type Values = { name: string; policies: string[] };

const STEPS = [({ name }: Values) => name !== "", ({ policies }: Values) => policies.length > 0];

test("a wizard returns to its first incomplete step", () => {
  assert.equal(findIncompleteStep(STEPS, { name: "", policies: [] }), 0);
  assert.equal(findIncompleteStep(STEPS, { name: "alice", policies: [] }), 1);
  assert.equal(findIncompleteStep(STEPS, { name: "alice", policies: ["arn"] }), undefined);
});

test("a wizard without conditions has no incomplete step", () => {
  assert.equal(findIncompleteStep([], {}), undefined);
});
