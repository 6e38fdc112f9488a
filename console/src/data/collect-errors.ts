import { ApiError } from "../api/errors.ts";

/** Runs steps in order, even after one fails; returns their errors. */
export async function collectErrors(steps: readonly (() => Promise<unknown>)[]): Promise<ApiError[]> {
  const errors: ApiError[] = [];
  for (const step of steps) {
    await step().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      errors.push(error);
    });
  }
  return errors;
}
