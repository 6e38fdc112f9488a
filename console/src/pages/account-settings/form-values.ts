/** The values of the form "Edit password policy", with numbers as text, and their conversion from and to the API's. */
import type { PasswordPolicy } from "@aws-sdk/client-iam";
import type { SecuritySettings } from "../../api/iamd.ts";
import {
  type CustomPasswordPolicy,
  INITIAL_CUSTOM_POLICY,
  toCustomPolicy,
} from "../../data/password-policy.ts";
import {
  CHARACTER_CLASS_COUNT,
  LOCKOUT_ATTEMPTS,
  LOCKOUT_MINUTES,
  MAX_AGE,
  PASSWORD_LENGTH,
  parseInteger,
  REUSE_PREVENTION,
} from "./number-ranges.ts";

export type PasswordPolicyForm = {
  custom: boolean;
  minimumLength: string;
  uppercase: boolean;
  lowercase: boolean;
  numbers: boolean;
  symbols: boolean;
  expires: boolean;
  maxAge: string;
  hardExpiry: boolean;
  allowUsersToChange: boolean;
  preventReuse: boolean;
  reusePrevention: string;
};

export type SecuritySettingsForm = {
  uppercase: string;
  lowercase: string;
  digits: string;
  symbols: string;
  rejectCommon: boolean;
  requireMfa: boolean;
  attempts: string;
  minutes: string;
};

export function passwordPolicyForm(policy: PasswordPolicy | null): PasswordPolicyForm {
  const values = policy === null ? INITIAL_CUSTOM_POLICY : toCustomPolicy(policy);
  return {
    custom: policy !== null,
    minimumLength: String(values.minimumLength),
    uppercase: values.uppercase,
    lowercase: values.lowercase,
    numbers: values.numbers,
    symbols: values.symbols,
    expires: values.maxAge !== undefined,
    maxAge: String(values.maxAge ?? 90),
    hardExpiry: values.hardExpiry,
    allowUsersToChange: values.allowUsersToChange,
    preventReuse: values.reusePrevention !== undefined,
    reusePrevention: String(values.reusePrevention ?? 5),
  };
}

/** The policy in the form: null for the default one, undefined if a number is invalid. */
export function parsePasswordPolicyForm(form: PasswordPolicyForm): CustomPasswordPolicy | null | undefined {
  if (!form.custom) return null;
  const minimumLength = parseInteger(form.minimumLength, PASSWORD_LENGTH);
  const maxAge = form.expires ? parseInteger(form.maxAge, MAX_AGE) : undefined;
  const reusePrevention = form.preventReuse
    ? parseInteger(form.reusePrevention, REUSE_PREVENTION)
    : undefined;
  const invalid =
    (form.expires && maxAge === undefined) || (form.preventReuse && reusePrevention === undefined);
  if (minimumLength === undefined || invalid) return undefined;
  const { uppercase, lowercase, numbers, symbols, hardExpiry, allowUsersToChange } = form;
  return {
    minimumLength,
    uppercase,
    lowercase,
    numbers,
    symbols,
    maxAge,
    hardExpiry,
    allowUsersToChange,
    reusePrevention,
  };
}

export function securitySettingsForm(settings: SecuritySettings): SecuritySettingsForm {
  return {
    uppercase: String(settings.MinimumUppercase),
    lowercase: String(settings.MinimumLowercase),
    digits: String(settings.MinimumDigits),
    symbols: String(settings.MinimumSymbols),
    rejectCommon: settings.RefuseCommonPasswords,
    requireMfa: settings.RequireMFA,
    attempts: String(settings.LockoutAttempts),
    minutes: String(settings.LockoutMinutes || 15),
  };
}

/** The settings in the form; undefined if a number is invalid. */
export function parseSecuritySettingsForm(form: SecuritySettingsForm): SecuritySettings | undefined {
  const MinimumUppercase = parseInteger(form.uppercase, CHARACTER_CLASS_COUNT);
  const MinimumLowercase = parseInteger(form.lowercase, CHARACTER_CLASS_COUNT);
  const MinimumDigits = parseInteger(form.digits, CHARACTER_CLASS_COUNT);
  const MinimumSymbols = parseInteger(form.symbols, CHARACTER_CLASS_COUNT);
  const LockoutAttempts = parseInteger(form.attempts, LOCKOUT_ATTEMPTS);
  const LockoutMinutes = parseInteger(form.minutes, LOCKOUT_MINUTES);
  if (MinimumUppercase === undefined || MinimumLowercase === undefined) return undefined;
  if (MinimumDigits === undefined || MinimumSymbols === undefined) return undefined;
  if (LockoutAttempts === undefined || LockoutMinutes === undefined) return undefined;
  return {
    MinimumUppercase,
    MinimumLowercase,
    MinimumDigits,
    MinimumSymbols,
    RefuseCommonPasswords: form.rejectCommon,
    RequireMFA: form.requireMfa,
    LockoutAttempts,
    LockoutMinutes,
  };
}
