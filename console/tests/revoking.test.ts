import assert from "node:assert/strict";
import { test } from "node:test";
import { revokedBefore, revokingDocument } from "../src/data/revoking.ts";

const NOW = Date.UTC(2026, 10, 24, 9, 59, 59);

test("everything is denied to the sessions of before, and the policy tells of when", () => {
  const document = revokingDocument(NOW);
  assert.deepEqual(JSON.parse(document), {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Action: ["*"],
        Resource: ["*"],
        Condition: { DateLessThan: { "aws:TokenIssueTime": "2026-11-24T10:00:00.000Z" } },
      },
    ],
  });
  assert.deepEqual(revokedBefore(document), new Date(NOW + 1000));
});

test("a policy that tells no moment has none", () => {
  for (const text of ["", "{}", '{"aws:TokenIssueTime": "soon"}'])
    assert.equal(revokedBefore(text), undefined);
});
