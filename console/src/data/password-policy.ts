/** The account's password policy: read, saved and described. */
import {
  DeleteAccountPasswordPolicyCommand,
  GetAccountPasswordPolicyCommand,
  type PasswordPolicy,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";
import type { SecuritySettings } from "../api/iamd.ts";
import { formatCount } from "../shared/format.ts";
import { SYMBOLS } from "./password.ts";

const SYMBOL_LIST = [...SYMBOLS].join(" ");

/** A custom policy; an `undefined` number turns its rule off. */
export type CustomPasswordPolicy = {
  minimumLength: number;
  uppercase: boolean;
  lowercase: boolean;
  numbers: boolean;
  symbols: boolean;
  maxAge: number | undefined;
  hardExpiry: boolean;
  allowUsersToChange: boolean;
  reusePrevention: number | undefined;
};

export const INITIAL_CUSTOM_POLICY: CustomPasswordPolicy = {
  minimumLength: 8,
  uppercase: true,
  lowercase: true,
  numbers: true,
  symbols: true,
  maxAge: undefined,
  hardExpiry: false,
  allowUsersToChange: true,
  reusePrevention: undefined,
};

/** The custom policy; null if the account uses the default one. */
export async function getPasswordPolicy(): Promise<PasswordPolicy | null> {
  try {
    const { PasswordPolicy: policy } = await iam.send(new GetAccountPasswordPolicyCommand());
    return policy ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.code === "NoSuchEntity") return null;
    throw error;
  }
}

export function toCustomPolicy(policy: PasswordPolicy): CustomPasswordPolicy {
  return {
    minimumLength: policy.MinimumPasswordLength ?? 6,
    uppercase: policy.RequireUppercaseCharacters ?? false,
    lowercase: policy.RequireLowercaseCharacters ?? false,
    numbers: policy.RequireNumbers ?? false,
    symbols: policy.RequireSymbols ?? false,
    maxAge: policy.MaxPasswordAge || undefined,
    hardExpiry: policy.HardExpiry ?? false,
    allowUsersToChange: policy.AllowUsersToChangePassword ?? false,
    reusePrevention: policy.PasswordReusePrevention || undefined,
  };
}

/** Saves a custom policy, or restores the default one (null). Sends every member: an update resets those left out. */
export async function savePasswordPolicy(custom: CustomPasswordPolicy | null): Promise<void> {
  if (custom === null) {
    await iam.send(new DeleteAccountPasswordPolicyCommand());
    return;
  }
  await iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: custom.minimumLength,
      RequireUppercaseCharacters: custom.uppercase,
      RequireLowercaseCharacters: custom.lowercase,
      RequireNumbers: custom.numbers,
      RequireSymbols: custom.symbols,
      AllowUsersToChangePassword: custom.allowUsersToChange,
      MaxPasswordAge: custom.maxAge,
      PasswordReusePrevention: custom.reusePrevention,
      HardExpiry: custom.maxAge === undefined ? false : custom.hardExpiry,
    }),
  );
}

/** The rules of the default policy, in the wording of AWS. */
export const DEFAULT_POLICY_RULES: readonly string[] = [
  "Password minimum length is 8 characters",
  `Include a minimum of three of the following mix of character types: uppercase, lowercase, numbers, ${SYMBOL_LIST}`,
  "Must not be identical to your iamd account name or email address",
  "Never expire password",
];

/** The rules of a custom policy, in the wording of AWS. */
export function customPolicyRules(policy: PasswordPolicy): string[] {
  const custom = toCustomPolicy(policy);
  const rules: [boolean, string][] = [
    [true, `Password minimum length is ${formatCount(custom.minimumLength, "character")}`],
    [custom.uppercase, "Require at least one uppercase letter from the Latin alphabet (A-Z)"],
    [custom.lowercase, "Require at least one lowercase letter from the Latin alphabet (a-z)"],
    [custom.numbers, "Require at least one number"],
    [custom.symbols, `Require at least one non-alphanumeric character ( ${SYMBOL_LIST} )`],
    [custom.maxAge !== undefined, `Expire password in ${formatCount(custom.maxAge ?? 0, "day")}`],
    [custom.maxAge === undefined, "Never expire password"],
    [custom.hardExpiry, "Password expiration requires administrator reset"],
    [custom.allowUsersToChange, "Allow users to change their own password"],
    [
      custom.reusePrevention !== undefined,
      `Remember ${formatCount(custom.reusePrevention ?? 0, "password")} and prevent reuse`,
    ],
  ];
  return rules.filter(([applies]) => applies).map(([, text]) => text);
}

/** The rules of the additional security settings that are enabled. */
export function securitySettingsRules(settings: SecuritySettings): string[] {
  const rules: [boolean, string][] = [
    [settings.MinimumUppercase > 0, `At least ${formatCount(settings.MinimumUppercase, "uppercase letter")}`],
    [settings.MinimumLowercase > 0, `At least ${formatCount(settings.MinimumLowercase, "lowercase letter")}`],
    [settings.MinimumDigits > 0, `At least ${formatCount(settings.MinimumDigits, "digit")}`],
    [settings.MinimumSymbols > 0, `At least ${formatCount(settings.MinimumSymbols, "symbol")}`],
    [settings.RefuseCommonPasswords, "Reject common and breached passwords"],
    [settings.RequireMFA, "Require MFA to use the console"],
    [settings.LockoutAttempts > 0, lockoutRule(settings)],
  ];
  return rules.filter(([applies]) => applies).map(([, text]) => text);
}

function lockoutRule({ LockoutAttempts: attempts, LockoutMinutes: minutes }: SecuritySettings): string {
  return `Lock a user's sign-in for ${formatCount(minutes, "minute")} after ${formatCount(attempts, "failed attempt")}`;
}
