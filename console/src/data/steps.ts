/** Several changes that belong together. */
import { ApiError } from "../api/errors.ts";

/** Runs steps in order, whatever becomes of each; returns what failed. */
export async function failuresOf(steps: readonly (() => Promise<unknown>)[]): Promise<ApiError[]> {
  const failures: ApiError[] = [];
  for (const step of steps) {
    await step().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      failures.push(error);
    });
  }
  return failures;
}
