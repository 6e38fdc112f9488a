import { CONFIRMATION_REQUIRED } from "../api/confirmation.ts";
import { ApiError } from "../api/errors.ts";

/**
 * Runs steps in order, even after one fails; returns their errors. If the user declines to confirm their identity, the
 * remaining steps do not ask again.
 */
export async function collectErrors(steps: readonly (() => Promise<unknown>)[]): Promise<ApiError[]> {
  const errors: ApiError[] = [];
  for (const step of steps) {
    await step().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      errors.push(error);
    });
    if (errors.at(-1)?.code === CONFIRMATION_REQUIRED) break;
  }
  return errors;
}
