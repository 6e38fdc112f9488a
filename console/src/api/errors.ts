/** An error from the server or the network: a code to branch on and a message to show. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const SESSION_EXPIRED = new Set(["ExpiredToken", "MissingAuthenticationToken", "InvalidClientTokenId"]);

/** Converts any error. The SDK names an error after its shape, so the suffix `Exception` is removed. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) {
    return new ApiError(
      "NetworkError",
      "The server could not be reached. Check your connection and try again.",
    );
  }
  if (error instanceof Error) return new ApiError(error.name.replace(/Exception$/, ""), error.message);
  return new ApiError("UnknownError", String(error));
}

/** The URL of a sign-in page that returns to `next` afterwards. */
export function signInUrl(page: "/signin" | "/signin/confirm", next = currentPath()): string {
  return `${page}?next=${encodeURIComponent(next)}`;
}

function currentPath(): string {
  return location.pathname + location.search;
}

let redirecting = false;

/**
 * Navigates to another page of the server, only once: several requests of a page may fail at the same time. The
 * promise never settles, so that the page shows no error while it unloads.
 */
export function redirectTo(path: string): Promise<never> {
  if (!redirecting) location.assign(path);
  redirecting = true;
  return new Promise(() => undefined);
}

/** Redirects to sign in if the session has ended; throws the error otherwise. */
export async function redirectOrThrow(error: unknown): Promise<never> {
  const apiError = toApiError(error);
  if (SESSION_EXPIRED.has(apiError.code)) return redirectTo(signInUrl("/signin"));
  throw apiError;
}
