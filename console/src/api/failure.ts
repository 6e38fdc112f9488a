/** What the server, or the way to it, refused: a code to branch on and a sentence to show. */
export class Failure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const SESSION_OVER = new Set(["ExpiredToken", "MissingAuthenticationToken", "InvalidClientTokenId"]);

/** Tells any error as a Failure. The SDK names an error after its shape, so `…Exception` goes. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof TypeError) {
    return new Failure(
      "NetworkError",
      "The server could not be reached. Check your connection and try again.",
    );
  }
  if (error instanceof Error) return new Failure(error.name.replace(/Exception$/, ""), error.message);
  return new Failure("UnknownError", String(error));
}

/** Where the sign-in pages are asked to bring the person back to. */
export function withReturn(page: "/signin" | "/signin/confirm", next = currentPath()): string {
  return `${page}?next=${encodeURIComponent(next)}`;
}

function currentPath(): string {
  return location.pathname + location.search;
}

let leaving = false;

/**
 * Leaves for another page of the server, once: several parts of a page may find out at the same time that it must be
 * left. Never settles, so that nothing is told about a page that is going.
 */
export function leaveFor(path: string): Promise<never> {
  if (!leaving) location.assign(path);
  leaving = true;
  return new Promise(() => undefined);
}

/** Takes the person where a failure leads (signing in, confirming), or throws it for the page to tell. */
export async function refuse(error: unknown): Promise<never> {
  const failure = asFailure(error);
  if (SESSION_OVER.has(failure.code)) return leaveFor(withReturn("/signin"));
  if (failure.code === "ConfirmationRequired") return leaveFor(withReturn("/signin/confirm"));
  throw failure;
}
