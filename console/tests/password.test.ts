import assert from "node:assert/strict";
import { test } from "node:test";
import type { PasswordRules } from "../src/api/iamd.ts";
import { checkPassword, generatePassword, SYMBOLS, satisfiesRules } from "../src/data/password.ts";
import { beginsLikeFormula } from "../src/shared/csv.ts";

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

function satisfies(rules: Partial<PasswordRules>, password: string): boolean {
  return satisfiesRules({ ...NONE, ...rules }, password);
}

test("a password has a minimum and a maximum length", () => {
  assert.equal(satisfies({}, "a".repeat(7)), false);
  assert.equal(satisfies({}, "a".repeat(8)), true);
  assert.equal(satisfies({}, "a".repeat(128)), true);
  assert.equal(satisfies({}, "a".repeat(129)), false);
});

test("length is counted in code points, as on the server", () => {
  assert.equal(satisfies({}, "𝄞".repeat(4)), false, "four characters, though eight UTF-16 units");
  assert.equal(satisfies({}, "𝄞".repeat(8)), true);
  assert.equal(satisfies({}, "𝄞".repeat(128)), true);
  assert.equal(satisfies({}, "𝄞".repeat(129)), false);
});

test("each character class has a minimum", () => {
  assert.equal(satisfies({ MinimumUppercase: 2 }, "Abcdefgh"), false);
  assert.equal(satisfies({ MinimumUppercase: 2 }, "AbcdefgH"), true);
  assert.equal(satisfies({ MinimumDigits: 2 }, "abcdefg1"), false);
  assert.equal(satisfies({ MinimumSymbols: 1 }, "abcdefgh"), false);
  assert.equal(satisfies({ MinimumSymbols: 1 }, "abcdefg?"), false, "? is not one of AWS's symbols");
  for (const symbol of SYMBOLS)
    assert.equal(satisfies({ MinimumSymbols: 1 }, `abcdefg${symbol}`), true, symbol);
});

test("the default policy requires three of four character classes", () => {
  assert.equal(satisfies({ MinimumClasses: 3 }, "abcdefgH"), false);
  assert.equal(satisfies({ MinimumClasses: 3 }, "abcdef1H"), true);
});

test("rules that only the server can check are undecided, and do not reject a password", () => {
  const rules = { ...NONE, RefuseCommonPasswords: true, ReusePrevention: 5 };
  const undecided = checkPassword(rules, "abcdefgh").filter(({ satisfied }) => satisfied === undefined);
  assert.equal(undecided.length, 3);
  assert.equal(satisfiesRules(rules, "abcdefgh"), true);
});

test("a generated password does not begin like a formula, since it is saved in a .csv file", () => {
  const rules = { ...NONE, MinimumSymbols: 30, MinimumLength: 36 };
  const passwords = Array.from({ length: 200 }, () => generatePassword(rules));
  assert.ok(!passwords.some(beginsLikeFormula));
  assert.ok(
    passwords.some((password) => /^[^A-Za-z0-9]/.test(password)),
    "other symbols may come first",
  );
});

test("a generated password satisfies the rules", () => {
  const strict = {
    MinimumLength: 40,
    MinimumUppercase: 5,
    MinimumDigits: 9,
    MinimumSymbols: 7,
    MinimumClasses: 4,
  };
  for (const rules of [{}, strict, { MinimumSymbols: 32, MinimumDigits: 32 }]) {
    const generated = new Set(Array.from({ length: 50 }, () => generatePassword({ ...NONE, ...rules })));
    assert.equal(generated.size, 50);
    for (const password of generated) assert.equal(satisfies(rules, password), true, password);
  }
});
