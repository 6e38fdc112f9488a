import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { redirectTo, signInUrl } from "../api/errors.ts";
import type { CurrentSession } from "../api/iamd.ts";
import { CONSOLE_HEADER, serverNow } from "../api/transport.ts";

const CONFIRMATION_MINUTES = 15;
const MARGIN_MINUTES = 1;

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

function isConfirmed(session: CurrentSession): boolean {
  if (session.ConfirmDate === undefined) return false;
  const age = serverNow() - session.ConfirmDate.getTime();
  return age < (CONFIRMATION_MINUTES - MARGIN_MINUTES) * 60_000;
}

/**
 * Renders its children only if the user has recently confirmed their identity; otherwise redirects there first, before
 * the user enters anything that the redirect would lose.
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
