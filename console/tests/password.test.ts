import assert from "node:assert/strict";
import { test } from "node:test";
import type { PasswordRules } from "../src/api/iamd.ts";
import { checkPassword, generatePassword, keepsRules, SYMBOLS } from "../src/data/password.ts";

const NONE: PasswordRules = {
  MinimumLength: 8,
  MinimumUppercase: 0,
  MinimumLowercase: 0,
  MinimumDigits: 0,
  MinimumSymbols: 0,
  MinimumClasses: 0,
  RefuseCommonPasswords: false,
  ReusePrevention: 0,
  MaxPasswordAge: 0,
};

function kept(rules: Partial<PasswordRules>, password: string): boolean {
  return keepsRules({ ...NONE, ...rules }, password);
}

test("a password is long enough, and not longer than can be kept", () => {
  assert.equal(kept({}, "a".repeat(7)), false);
  assert.equal(kept({}, "a".repeat(8)), true);
  assert.equal(kept({}, "a".repeat(128)), true);
  assert.equal(kept({}, "a".repeat(129)), false);
});

test("length is counted in code points, as on the server", () => {
  assert.equal(kept({}, "𝄞".repeat(4)), false, "four characters, though eight UTF-16 units");
  assert.equal(kept({}, "𝄞".repeat(8)), true);
  assert.equal(kept({}, "𝄞".repeat(128)), true);
  assert.equal(kept({}, "𝄞".repeat(129)), false);
});

test("each class is counted", () => {
  assert.equal(kept({ MinimumUppercase: 2 }, "Abcdefgh"), false);
  assert.equal(kept({ MinimumUppercase: 2 }, "AbcdefgH"), true);
  assert.equal(kept({ MinimumDigits: 2 }, "abcdefg1"), false);
  assert.equal(kept({ MinimumSymbols: 1 }, "abcdefgh"), false);
  assert.equal(kept({ MinimumSymbols: 1 }, "abcdefg?"), false, "? is none of AWS's symbols");
  for (const symbol of SYMBOLS) assert.equal(kept({ MinimumSymbols: 1 }, `abcdefg${symbol}`), true, symbol);
});

test("the default policy asks for three classes of four", () => {
  assert.equal(kept({ MinimumClasses: 3 }, "abcdefgH"), false);
  assert.equal(kept({ MinimumClasses: 3 }, "abcdef1H"), true);
});

test("what only the server can tell is told as such, and holds nobody up", () => {
  const rules = { ...NONE, RefuseCommonPasswords: true, ReusePrevention: 5 };
  const open = checkPassword(rules, "abcdefgh").filter(({ kept }) => kept === undefined);
  assert.equal(open.length, 3);
  assert.equal(keepsRules(rules, "abcdefgh"), true);
});

test("a generated password keeps the rules that it was made for", () => {
  const strict = {
    MinimumLength: 40,
    MinimumUppercase: 5,
    MinimumDigits: 9,
    MinimumSymbols: 7,
    MinimumClasses: 4,
  };
  for (const rules of [{}, strict, { MinimumSymbols: 32, MinimumDigits: 32 }]) {
    const made = new Set(Array.from({ length: 50 }, () => generatePassword({ ...NONE, ...rules })));
    assert.equal(made.size, 50);
    for (const password of made) assert.equal(kept(rules, password), true, password);
  }
});
