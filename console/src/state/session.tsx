import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { redirectTo, signInUrl } from "../api/errors.ts";
import type { CurrentSession } from "../api/iamd.ts";
import { CONSOLE_HEADER, serverNow } from "../api/transport.ts";

const CONFIRMATION_MINUTES = 15;
const MARGIN_MINUTES = 1;

type Held = { session: CurrentSession; refresh: () => void };

const Context = createContext<Held | undefined>(undefined);

export function SessionProvider({ held, children }: { held: Held; children: ReactNode }) {
  return <Context value={held}>{children}</Context>;
}

function useHeld(): Held {
  const held = useContext(Context);
  if (held === undefined) throw new Error("there is no session around this part");
  return held;
}

/** Who is signed in. */
export function useSession(): CurrentSession {
  return useHeld().session;
}

/** Asks the server anew who is signed in, after something that changes it. */
export function useRefreshSession(): () => void {
  return useHeld().refresh;
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
 * Shows its children to somebody who proved lately who they are, and sends everybody else to prove it first: before
 * they type anything that the detour would lose.
 */
export function Confirmed({ children }: { children: ReactNode }) {
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
