/** A role's maximum session duration, in seconds. */
export const HOUR = 3600;
export const MIN_SESSION_DURATION = HOUR;
export const MAX_SESSION_DURATION = 12 * HOUR;

export function isSessionDuration(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_SESSION_DURATION && seconds <= MAX_SESSION_DURATION;
}
