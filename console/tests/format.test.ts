import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration } from "../src/shared/format.ts";

test("a duration is formatted in hours, minutes and seconds", () => {
  assert.equal(formatDuration(3600), "1 hour");
  assert.equal(formatDuration(43200), "12 hours");
  assert.equal(formatDuration(5400), "1 hour and 30 minutes");
  assert.equal(formatDuration(7261), "2 hours, 1 minute, and 1 second");
});
