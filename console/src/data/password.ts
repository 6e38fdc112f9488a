/** Passwords: which of the account's rules one keeps, and a new one that keeps them all. */
import type { PasswordRules } from "../api/iamd.ts";

export const SYMBOLS = "!@#$%^&*()_+-=[]{}|'";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const DIGITS = "0123456789";
const GENERATED_LENGTH = 20;
const LONGEST = 128;

/** `kept` is undefined for what only the server can tell. */
export type CheckedRule = { text: string; kept: boolean | undefined };

function counted(password: string, characters: string): number {
  return [...password].filter((each) => characters.includes(each)).length;
}

function many(n: number, one: string, which: string): string {
  return `At least ${n === 1 ? `one ${one}` : `${n} ${one}s`}${which && ` (${which})`}`;
}

/** Each rule in force, and whether a password keeps it. */
export function checkPassword(rules: PasswordRules, password: string): CheckedRule[] {
  const classes: [number, string, string, string][] = [
    [rules.MinimumUppercase, "uppercase letter", "A-Z", UPPER],
    [rules.MinimumLowercase, "lowercase letter", "a-z", LOWER],
    [rules.MinimumDigits, "number", "", DIGITS],
    [rules.MinimumSymbols, "non-alphanumeric character", [...SYMBOLS].join(" "), SYMBOLS],
  ];
  const length = [...password].length; // in code points, as the server counts; `password.length` is UTF-16 units
  const checked: CheckedRule[] = [
    {
      text: `At least ${rules.MinimumLength} characters`,
      kept: length >= rules.MinimumLength && length <= LONGEST,
    },
  ];
  for (const [least, name, which, characters] of classes) {
    const kept = counted(password, characters) >= least;
    if (least > 0) checked.push({ text: many(least, name, which), kept });
  }
  if (rules.MinimumClasses > 0) {
    const present = classes.filter(([, , , characters]) => counted(password, characters) > 0).length;
    checked.push({
      text: `At least ${rules.MinimumClasses} of these: uppercase letters, lowercase letters, numbers, symbols`,
      kept: present >= rules.MinimumClasses,
    });
  }
  return [...checked, ...serverRules(rules)];
}

function serverRules(rules: PasswordRules): CheckedRule[] {
  const told: CheckedRule[] = [
    { text: "Not the account's name, your name or your email address", kept: undefined },
  ];
  if (rules.RefuseCommonPasswords) {
    told.push({ text: "Not a common password, nor one known from a breach", kept: undefined });
  }
  if (rules.ReusePrevention > 0) {
    const last = rules.ReusePrevention === 1 ? "last password" : `last ${rules.ReusePrevention} passwords`;
    told.push({ text: `Not one of your ${last}`, kept: undefined });
  }
  return told;
}

export function keepsRules(rules: PasswordRules, password: string): boolean {
  return checkPassword(rules, password).every(({ kept }) => kept !== false);
}

/** A random password that keeps the rules, with every class of characters in it. */
export function generatePassword(rules: PasswordRules): string {
  const characters = [
    ...pick(UPPER, Math.max(2, rules.MinimumUppercase)),
    ...pick(LOWER, Math.max(2, rules.MinimumLowercase)),
    ...pick(DIGITS, Math.max(2, rules.MinimumDigits)),
    ...pick(SYMBOLS, Math.max(2, rules.MinimumSymbols)),
  ];
  const length = Math.min(LONGEST, Math.max(GENERATED_LENGTH, rules.MinimumLength));
  characters.push(...pick(UPPER + LOWER + DIGITS, length - characters.length));
  return shuffled(characters).join("");
}

function pick(characters: string, n: number): string[] {
  return Array.from({ length: Math.max(0, n) }, () => characters.charAt(below(characters.length)));
}

function shuffled(items: string[]): string[] {
  const left = [...items];
  return items.map(() => left.splice(below(left.length), 1)[0] ?? "");
}

/** A random whole number from 0 up to `limit`, each equally likely. */
function below(limit: number): number {
  const highest = 2 ** 32 - (2 ** 32 % limit);
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while ((drawn[0] ?? highest) >= highest);
  return (drawn[0] ?? 0) % limit;
}
