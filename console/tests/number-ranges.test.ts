import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInteger } from "../src/pages/account-settings/number-ranges.ts";

test("a whole number within the range is parsed", () => {
  const range = { min: 6, max: 128 };
  for (const [input, number] of [
    ["6", 6],
    [" 14 ", 14],
    ["128", 128],
    ["5", undefined],
    ["129", undefined],
    ["", undefined],
    ["-8", undefined],
    ["8.5", undefined],
    ["1e2", undefined],
  ] as const) {
    assert.equal(parseInteger(input, range), number, input);
  }
});
