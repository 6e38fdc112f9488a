/** Calls that need a recent confirmation of identity: the user is asked for one, then the call is made again. */
import { toApiError } from "./errors.ts";
import { serverNow } from "./transport.ts";

export const CONFIRMATION_MINUTES = 15;
const MARGIN_MINUTES = 1;

/** The error code of a call that needs a confirmation. */
export const CONFIRMATION_REQUIRED = "ConfirmationRequired";

let askUser: () => Promise<boolean> = async () => false;

/** Sets how the user is asked to confirm their identity; `ask` resolves to whether they did. */
export function setConfirmationPrompt(ask: () => Promise<boolean>): void {
  askUser = ask;
}

/** Makes a call, and again after each confirmation that it needs; throws its error if the user declines. */
export async function withConfirmation<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (toApiError(error).code !== CONFIRMATION_REQUIRED || !(await askUser())) throw error;
    return withConfirmation(call);
  }
}

/** Whether a session was confirmed recently enough for the next calls. */
export function isConfirmed({ ConfirmDate: date }: { ConfirmDate: Date | undefined }): boolean {
  const age = date === undefined ? Number.POSITIVE_INFINITY : serverNow() - date.getTime();
  return age < (CONFIRMATION_MINUTES - MARGIN_MINUTES) * 60_000;
}
