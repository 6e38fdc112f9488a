import type { CurrentSession } from "../api/iamd.ts";

/** Whose access keys, MFA devices or sessions: those of a user, or of the root user, who has no user name. */
export type CredentialOwner = { userName: string | undefined; isCurrentUser: boolean };

export function currentOwner(session: CurrentSession): CredentialOwner {
  return { userName: session.UserName, isCurrentUser: true };
}
