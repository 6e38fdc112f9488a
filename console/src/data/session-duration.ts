/** How long a role's sessions may last at most, in seconds. */
export const HOUR = 3600;
export const SHORTEST = HOUR;
export const LONGEST = 12 * HOUR;

export function isDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= SHORTEST && seconds <= LONGEST;
}
