import { CONFIRMATION_REQUIRED, isConfirmed, withConfirmation } from "../api/confirmation.ts";
import { ApiError } from "../api/errors.ts";
import { getSession } from "../api/iamd.ts";

/**
 * Requires a recent confirmation of identity before several calls, of which only later ones need it: the first ones
 * would already be done when the user declines.
 */
export function requireConfirmation(): Promise<void> {
  return withConfirmation(async () => {
    const { Session: session } = await getSession();
    if (!isConfirmed(session)) {
      throw new ApiError(CONFIRMATION_REQUIRED, "Confirm your identity and try again.");
    }
  });
}
