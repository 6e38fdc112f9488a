/** Several changes that belong together. */
import { Failure } from "../api/failure.ts";

/** Runs steps in order, whatever becomes of each; returns what failed. */
export async function failuresOf(steps: readonly (() => Promise<unknown>)[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const step of steps) {
    await step().catch((error) => {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
    });
  }
  return failures;
}
