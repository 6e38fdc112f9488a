import assert from "node:assert/strict";
import { test } from "node:test";
import { revocationPolicy, revocationTime } from "../src/data/session-revocation.ts";

const NOW = Date.UTC(2026, 10, 24, 9, 59, 59);

test("the policy denies everything to earlier sessions, and its time can be read", () => {
  const document = revocationPolicy(NOW);
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
  assert.deepEqual(revocationTime(document), new Date(NOW + 1000));
});

test("a policy without a valid time has none", () => {
  for (const text of ["", "{}", '{"aws:TokenIssueTime": "soon"}'])
    assert.equal(revocationTime(text), undefined);
});
