import assert from "node:assert/strict";
import { test } from "node:test";
import { durationText } from "../src/shared/text.ts";

test("a length of time is told in its largest units", () => {
  assert.equal(durationText(3600), "1 hour");
  assert.equal(durationText(43200), "12 hours");
  assert.equal(durationText(5400), "1 hour and 30 minutes");
  assert.equal(durationText(7261), "2 hours, 1 minute, and 1 second");
});
