import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import { getSession } from "./api/iamd.ts";
import { ConfirmIdentityDialog } from "./components/confirm-identity-dialog.tsx";
import { ConsoleLayout } from "./layout/console-layout.tsx";
import { ErrorAlert } from "./shared/error-alert.tsx";
import { CONFIRMED } from "./shared/paths.ts";
import { useLoad } from "./state/load.ts";
import { usePath } from "./state/router.ts";
import { SessionProvider } from "./state/session.tsx";

const Confirmed = lazy(() => import("./pages/confirmed.tsx"));
const MfaEnrollment = lazy(() => import("./pages/assign-mfa-device/mfa-enrollment.tsx"));

/** The console of a session; if the account requires MFA and the session has none, only the setup of a device. */
export function App() {
  const path = usePath();
  const session = useLoad("session", getSession);
  if (session.data === undefined) {
    return (
      <main className="standalone-page">
        {session.error ? (
          <ErrorAlert error={session.error} retry={session.reload} />
        ) : (
          <Spinner size="large" />
        )}
      </main>
    );
  }
  const { Session: current } = session.data;
  const needsMfaDevice = current.MFARequired && !current.MFAAuthenticated;
  const Content = path === CONFIRMED ? Confirmed : needsMfaDevice ? MfaEnrollment : ConsoleLayout;
  return (
    <SessionProvider value={{ session: current, refresh: session.reload }}>
      <Suspense fallback={<Spinner size="large" />}>
        <Content />
      </Suspense>
      <ConfirmIdentityDialog />
    </SessionProvider>
  );
}
