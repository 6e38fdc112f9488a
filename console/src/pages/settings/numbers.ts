/** Numbers as they are typed: whole, within bounds. */
export type Bounds = { least: number; most: number };

export const LENGTH: Bounds = { least: 6, most: 128 };
export const MAX_AGE: Bounds = { least: 1, most: 1095 };
export const REMEMBERED: Bounds = { least: 1, most: 24 };
export const CLASS_COUNT: Bounds = { least: 0, most: 32 };
export const ATTEMPTS: Bounds = { least: 0, most: 100 };
export const MINUTES: Bounds = { least: 1, most: 1440 };

/** The number that was typed; undefined when it is none within the bounds. */
export function wholeIn(typed: string, { least, most }: Bounds): number | undefined {
  if (!/^\d{1,4}$/.test(typed.trim())) return undefined;
  const number = Number(typed);
  return number >= least && number <= most ? number : undefined;
}
