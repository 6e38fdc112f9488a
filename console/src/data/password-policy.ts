/** The account's password policy as AWS has it, in words and as a form's values. */
import {
  DeleteAccountPasswordPolicyCommand,
  GetAccountPasswordPolicyCommand,
  type PasswordPolicy,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";
import type { SecuritySettings } from "../api/iamd.ts";
import { count } from "../shared/text.ts";
import { SYMBOLS } from "./password.ts";

const SHOWN_SYMBOLS = [...SYMBOLS].join(" ");

/** What the form holds; an `undefined` number is a rule that is off. */
export type PolicyForm = {
  minimumLength: number;
  uppercase: boolean;
  lowercase: boolean;
  numbers: boolean;
  symbols: boolean;
  maxAge: number | undefined;
  hardExpiry: boolean;
  usersMayChange: boolean;
  remembered: number | undefined;
};

export const FIRST_CUSTOM: PolicyForm = {
  minimumLength: 8,
  uppercase: true,
  lowercase: true,
  numbers: true,
  symbols: true,
  maxAge: undefined,
  hardExpiry: false,
  usersMayChange: true,
  remembered: undefined,
};

/** The custom policy; null when the default one holds. */
export async function getPolicy(): Promise<PasswordPolicy | null> {
  try {
    const { PasswordPolicy: policy } = await iam.send(new GetAccountPasswordPolicyCommand());
    return policy ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.code === "NoSuchEntity") return null;
    throw error;
  }
}

export function formOf(policy: PasswordPolicy): PolicyForm {
  return {
    minimumLength: policy.MinimumPasswordLength ?? 6,
    uppercase: policy.RequireUppercaseCharacters ?? false,
    lowercase: policy.RequireLowercaseCharacters ?? false,
    numbers: policy.RequireNumbers ?? false,
    symbols: policy.RequireSymbols ?? false,
    maxAge: policy.MaxPasswordAge || undefined,
    hardExpiry: policy.HardExpiry ?? false,
    usersMayChange: policy.AllowUsersToChangePassword ?? false,
    remembered: policy.PasswordReusePrevention || undefined,
  };
}

/** Saves the custom policy, or goes back to the default one. An update resets what it leaves out, so all is sent. */
export async function savePolicy(form: PolicyForm | null): Promise<void> {
  if (form === null) {
    await iam.send(new DeleteAccountPasswordPolicyCommand());
    return;
  }
  await iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: form.minimumLength,
      RequireUppercaseCharacters: form.uppercase,
      RequireLowercaseCharacters: form.lowercase,
      RequireNumbers: form.numbers,
      RequireSymbols: form.symbols,
      AllowUsersToChangePassword: form.usersMayChange,
      MaxPasswordAge: form.maxAge,
      PasswordReusePrevention: form.remembered,
      HardExpiry: form.maxAge === undefined ? false : form.hardExpiry,
    }),
  );
}

/** The default policy's rules, in AWS's words. */
export const DEFAULT_RULES: readonly string[] = [
  "Password minimum length is 8 characters",
  `Include a minimum of three of the following mix of character types: uppercase, lowercase, numbers, ${SHOWN_SYMBOLS}`,
  "Must not be identical to your iamd account name or email address",
  "Never expire password",
];

/** A custom policy's rules, one by one. */
export function rulesOf(policy: PasswordPolicy): string[] {
  const form = formOf(policy);
  const chosen: [boolean, string][] = [
    [true, `Password minimum length is ${count(form.minimumLength, "character")}`],
    [form.uppercase, "Require at least one uppercase letter from the Latin alphabet (A-Z)"],
    [form.lowercase, "Require at least one lowercase letter from the Latin alphabet (a-z)"],
    [form.numbers, "Require at least one number"],
    [form.symbols, `Require at least one non-alphanumeric character ( ${SHOWN_SYMBOLS} )`],
    [form.maxAge !== undefined, `Expire password in ${count(form.maxAge ?? 0, "day")}`],
    [form.maxAge === undefined, "Never expire password"],
    [form.hardExpiry, "Password expiration requires administrator reset"],
    [form.usersMayChange, "Allow users to change their own password"],
    [form.remembered !== undefined, `Remember ${count(form.remembered ?? 0, "password")} and prevent reuse`],
  ];
  return chosen.filter(([holds]) => holds).map(([, text]) => text);
}

/** The rules of our own that are on, one by one. */
export function settingsRulesOf(settings: SecuritySettings): string[] {
  const chosen: [boolean, string][] = [
    [settings.MinimumUppercase > 0, `At least ${count(settings.MinimumUppercase, "uppercase letter")}`],
    [settings.MinimumLowercase > 0, `At least ${count(settings.MinimumLowercase, "lowercase letter")}`],
    [settings.MinimumDigits > 0, `At least ${count(settings.MinimumDigits, "digit")}`],
    [settings.MinimumSymbols > 0, `At least ${count(settings.MinimumSymbols, "symbol")}`],
    [settings.RefuseCommonPasswords, "Refuse common and breached passwords"],
    [settings.RequireMFA, "Require MFA to use the console"],
    [settings.LockoutAttempts > 0, lockoutText(settings)],
  ];
  return chosen.filter(([holds]) => holds).map(([, text]) => text);
}

function lockoutText({ LockoutAttempts: attempts, LockoutMinutes: minutes }: SecuritySettings): string {
  return `Lock a user's sign-in for ${count(minutes, "minute")} after ${count(attempts, "failed attempt")}`;
}
