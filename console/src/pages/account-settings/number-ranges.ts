/** Ranges of the numbers in the form, and the parsing of numbers within a range. */
export type NumberRange = { min: number; max: number };

export const PASSWORD_LENGTH: NumberRange = { min: 6, max: 128 };
export const MAX_AGE: NumberRange = { min: 1, max: 1095 };
export const REUSE_PREVENTION: NumberRange = { min: 1, max: 24 };
export const CHARACTER_CLASS_COUNT: NumberRange = { min: 0, max: 32 };
export const LOCKOUT_ATTEMPTS: NumberRange = { min: 0, max: 100 };
export const LOCKOUT_MINUTES: NumberRange = { min: 1, max: 1440 };

/** Parses a whole number; undefined if it is invalid or out of range. */
export function parseInteger(input: string, { min, max }: NumberRange): number | undefined {
  if (!/^\d{1,4}$/.test(input.trim())) return undefined;
  const number = Number(input);
  return number >= min && number <= max ? number : undefined;
}
