import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import { getSession } from "./api/iamd.ts";
import { Frame } from "./frame/frame.tsx";
import { Failed } from "./shared/failed.tsx";
import { useLoad } from "./state/load.ts";
import { SessionProvider } from "./state/session.tsx";

const MfaFirst = lazy(() => import("./pages/mfa/mfa-first.tsx"));

/** The console of a session: its pages, or first of all the MFA device that the account asks for. */
export function App() {
  const session = useLoad("session", getSession);
  if (session.data === undefined) {
    return (
      <main className="alone">
        {session.failure ? (
          <Failed failure={session.failure} retry={session.reload} />
        ) : (
          <Spinner size="large" />
        )}
      </main>
    );
  }
  const { Session: current } = session.data;
  const mustAddDevice = current.MFARequired && !current.MFAAuthenticated;
  return (
    <SessionProvider held={{ session: current, refresh: session.reload }}>
      <Suspense fallback={<Spinner size="large" />}>{mustAddDevice ? <MfaFirst /> : <Frame />}</Suspense>
    </SessionProvider>
  );
}
