/** What the form "Edit password policy" holds while it is edited: numbers as typed. */
import type { PasswordPolicy } from "@aws-sdk/client-iam";
import type { SecuritySettings } from "../../api/iamd.ts";
import {
  type CustomPasswordPolicy,
  INITIAL_CUSTOM_POLICY,
  toCustomPolicy,
} from "../../data/password-policy.ts";
import { ATTEMPTS, CLASS_COUNT, LENGTH, MAX_AGE, MINUTES, REMEMBERED, wholeIn } from "./numbers.ts";

export type Draft = {
  custom: boolean;
  minimumLength: string;
  uppercase: boolean;
  lowercase: boolean;
  numbers: boolean;
  symbols: boolean;
  expires: boolean;
  maxAge: string;
  hardExpiry: boolean;
  usersMayChange: boolean;
  preventsReuse: boolean;
  remembered: string;
};

export type MoreDraft = {
  uppercase: string;
  lowercase: string;
  digits: string;
  symbols: string;
  refuseCommon: boolean;
  requireMfa: boolean;
  attempts: string;
  minutes: string;
};

export function draftOf(policy: PasswordPolicy | null): Draft {
  const form = policy === null ? INITIAL_CUSTOM_POLICY : toCustomPolicy(policy);
  return {
    custom: policy !== null,
    minimumLength: String(form.minimumLength),
    uppercase: form.uppercase,
    lowercase: form.lowercase,
    numbers: form.numbers,
    symbols: form.symbols,
    expires: form.maxAge !== undefined,
    maxAge: String(form.maxAge ?? 90),
    hardExpiry: form.hardExpiry,
    usersMayChange: form.allowUsersToChange,
    preventsReuse: form.reusePrevention !== undefined,
    remembered: String(form.reusePrevention ?? 5),
  };
}

/** The policy that a draft asks for: null for the default one, undefined while a number in it is none. */
export function policyIn(draft: Draft): CustomPasswordPolicy | null | undefined {
  if (!draft.custom) return null;
  const minimumLength = wholeIn(draft.minimumLength, LENGTH);
  const maxAge = draft.expires ? wholeIn(draft.maxAge, MAX_AGE) : undefined;
  const remembered = draft.preventsReuse ? wholeIn(draft.remembered, REMEMBERED) : undefined;
  const missing =
    (draft.expires && maxAge === undefined) || (draft.preventsReuse && remembered === undefined);
  if (minimumLength === undefined || missing) return undefined;
  const { uppercase, lowercase, numbers, symbols, hardExpiry, usersMayChange } = draft;
  return {
    minimumLength,
    uppercase,
    lowercase,
    numbers,
    symbols,
    maxAge,
    hardExpiry,
    allowUsersToChange: usersMayChange,
    reusePrevention: remembered,
  };
}

export function moreDraftOf(settings: SecuritySettings): MoreDraft {
  return {
    uppercase: String(settings.MinimumUppercase),
    lowercase: String(settings.MinimumLowercase),
    digits: String(settings.MinimumDigits),
    symbols: String(settings.MinimumSymbols),
    refuseCommon: settings.RefuseCommonPasswords,
    requireMfa: settings.RequireMFA,
    attempts: String(settings.LockoutAttempts),
    minutes: String(settings.LockoutMinutes || 15),
  };
}

/** The settings that a draft asks for; undefined while a number in it is none. */
export function settingsIn(draft: MoreDraft): SecuritySettings | undefined {
  const MinimumUppercase = wholeIn(draft.uppercase, CLASS_COUNT);
  const MinimumLowercase = wholeIn(draft.lowercase, CLASS_COUNT);
  const MinimumDigits = wholeIn(draft.digits, CLASS_COUNT);
  const MinimumSymbols = wholeIn(draft.symbols, CLASS_COUNT);
  const LockoutAttempts = wholeIn(draft.attempts, ATTEMPTS);
  const LockoutMinutes = wholeIn(draft.minutes, MINUTES);
  if (MinimumUppercase === undefined || MinimumLowercase === undefined) return undefined;
  if (MinimumDigits === undefined || MinimumSymbols === undefined) return undefined;
  if (LockoutAttempts === undefined || LockoutMinutes === undefined) return undefined;
  return {
    MinimumUppercase,
    MinimumLowercase,
    MinimumDigits,
    MinimumSymbols,
    RefuseCommonPasswords: draft.refuseCommon,
    RequireMFA: draft.requireMfa,
    LockoutAttempts,
    LockoutMinutes,
  };
}
