/** Checks passwords against the account's rules, and generates passwords that satisfy them. */
import type { PasswordRules } from "../api/iamd.ts";
import { beginsLikeFormula } from "../shared/csv.ts";

export const SYMBOLS = "!@#$%^&*()_+-=[]{}|'";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const DIGITS = "0123456789";
const GENERATED_LENGTH = 20;
const MAX_LENGTH = 128;

/** `satisfied` is undefined if only the server can check the rule. */
export type RuleCheck = { text: string; satisfied: boolean | undefined };

function countCharacters(password: string, characters: string): number {
  return [...password].filter((character) => characters.includes(character)).length;
}

function atLeast(minimum: number, noun: string, hint: string): string {
  return `At least ${minimum === 1 ? `one ${noun}` : `${minimum} ${noun}s`}${hint && ` (${hint})`}`;
}

/** Each rule that applies, and whether a password satisfies it. */
export function checkPassword(rules: PasswordRules, password: string): RuleCheck[] {
  const classes: [number, string, string, string][] = [
    [rules.MinimumUppercase, "uppercase letter", "A-Z", UPPER],
    [rules.MinimumLowercase, "lowercase letter", "a-z", LOWER],
    [rules.MinimumDigits, "number", "", DIGITS],
    [rules.MinimumSymbols, "non-alphanumeric character", [...SYMBOLS].join(" "), SYMBOLS],
  ];
  const length = [...password].length; // in code points, as the server counts; `password.length` is UTF-16 units
  const checks: RuleCheck[] = [
    {
      text: `At least ${rules.MinimumLength} characters`,
      satisfied: length >= rules.MinimumLength && length <= MAX_LENGTH,
    },
  ];
  for (const [minimum, noun, hint, characters] of classes) {
    const satisfied = countCharacters(password, characters) >= minimum;
    if (minimum > 0) checks.push({ text: atLeast(minimum, noun, hint), satisfied });
  }
  if (rules.MinimumClasses > 0) {
    const classCount = classes.filter(
      ([, , , characters]) => countCharacters(password, characters) > 0,
    ).length;
    checks.push({
      text: `At least ${rules.MinimumClasses} of these character types: uppercase, lowercase, numbers, symbols`,
      satisfied: classCount >= rules.MinimumClasses,
    });
  }
  return [...checks, ...serverChecks(rules)];
}

function serverChecks(rules: PasswordRules): RuleCheck[] {
  const checks: RuleCheck[] = [
    { text: "Not the account name, your user name, or your email address", satisfied: undefined },
  ];
  if (rules.RefuseCommonPasswords) {
    checks.push({ text: "Not a common or breached password", satisfied: undefined });
  }
  if (rules.ReusePrevention > 0) {
    const previous =
      rules.ReusePrevention === 1 ? "previous password" : `previous ${rules.ReusePrevention} passwords`;
    checks.push({ text: `Not one of your ${previous}`, satisfied: undefined });
  }
  return checks;
}

export function satisfiesRules(rules: PasswordRules, password: string): boolean {
  return checkPassword(rules, password).every(({ satisfied }) => satisfied !== false);
}

/**
 * A random password that satisfies the rules and has characters of every class.
 *
 * It does not begin like a formula: it is saved in a .csv file, and must not change there.
 */
export function generatePassword(rules: PasswordRules): string {
  const characters = [
    ...randomCharacters(UPPER, Math.max(2, rules.MinimumUppercase)),
    ...randomCharacters(LOWER, Math.max(2, rules.MinimumLowercase)),
    ...randomCharacters(DIGITS, Math.max(2, rules.MinimumDigits)),
    ...randomCharacters(SYMBOLS, Math.max(2, rules.MinimumSymbols)),
  ];
  const length = Math.min(MAX_LENGTH, Math.max(GENERATED_LENGTH, rules.MinimumLength));
  characters.push(...randomCharacters(UPPER + LOWER + DIGITS, length - characters.length));
  let password: string;
  do password = shuffle(characters).join("");
  while (beginsLikeFormula(password));
  return password;
}

function randomCharacters(characters: string, length: number): string[] {
  return Array.from({ length: Math.max(0, length) }, () => characters.charAt(randomBelow(characters.length)));
}

function shuffle(items: string[]): string[] {
  const remaining = [...items];
  return items.map(() => remaining.splice(randomBelow(remaining.length), 1)[0] ?? "");
}

/** A uniformly distributed random integer from 0 to `limit` - 1. */
function randomBelow(limit: number): number {
  const ceiling = 2 ** 32 - (2 ** 32 % limit);
  const random = new Uint32Array(1);
  do crypto.getRandomValues(random);
  while ((random[0] ?? ceiling) >= ceiling);
  return (random[0] ?? 0) % limit;
}
