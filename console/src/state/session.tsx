import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { isConfirmed } from "../api/confirmation.ts";
import { redirectTo, signInUrl } from "../api/errors.ts";
import type { CurrentSession } from "../api/iamd.ts";
import { CONSOLE_HEADER } from "../api/transport.ts";

type SessionState = { session: CurrentSession; refresh: () => void };

const SessionContext = createContext<SessionState | undefined>(undefined);

export function SessionProvider({ value, children }: { value: SessionState; children: ReactNode }) {
  return <SessionContext value={value}>{children}</SessionContext>;
}

function useSessionState(): SessionState {
  const value = useContext(SessionContext);
  if (value === undefined) throw new Error("useSession needs a SessionProvider");
  return value;
}

/** The current session: who is signed in, and how. */
export function useSession(): CurrentSession {
  return useSessionState().session;
}

/** Returns a function that reloads the session, after a change that affects it. */
export function useRefreshSession(): () => void {
  return useSessionState().refresh;
}

export function isRoot(session: CurrentSession): boolean {
  return session.UserName === undefined;
}

/**
 * Renders its children only if the user has recently confirmed their identity; otherwise redirects there first. For
 * what certainly needs it: nothing is entered yet that the redirect would lose, and codes of an MFA device would be
 * outdated if the confirmation came after them.
 */
export function RequireConfirmation({ children }: { children: ReactNode }) {
  const session = useSession();
  const [confirmed] = useState(() => isConfirmed(session));
  useEffect(() => {
    if (!confirmed) void redirectTo(signInUrl("/signin/confirm"));
  }, [confirmed]);
  return confirmed ? children : null;
}

export async function signOut(): Promise<void> {
  await fetch("/signout", { method: "POST", headers: CONSOLE_HEADER, redirect: "manual" }).catch(
    () => undefined,
  );
  await redirectTo("/signin");
}
