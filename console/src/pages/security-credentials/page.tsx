import { AccessKeys } from "../../components/access-keys.tsx";
import { ConsoleSessions } from "../../components/console-sessions.tsx";
import { MfaDevices } from "../../components/mfa-devices.tsx";
import { currentOwner } from "../../data/credential-owner.ts";
import { Page } from "../../shared/page.tsx";
import { ASSIGN_MFA_DEVICE, CREATE_ACCESS_KEY } from "../../shared/paths.ts";
import { isRoot, useSession } from "../../state/session.tsx";
import { ConsoleSignIn } from "./console-sign-in.tsx";
import { IdentityDetails } from "./details.tsx";
import { RecoveryCodesStatus } from "./recovery-codes-status.tsx";

export default function SecurityCredentials() {
  const session = useSession();
  const owner = currentOwner(session);
  return (
    <Page title="My security credentials" description={isRoot(session) ? "Root user" : "IAM user"}>
      <IdentityDetails session={session} />
      <ConsoleSignIn session={session} />
      <MfaDevices owner={owner} assignHref={ASSIGN_MFA_DEVICE} />
      <RecoveryCodesStatus session={session} />
      <AccessKeys owner={owner} createHref={CREATE_ACCESS_KEY} />
      <ConsoleSessions owner={owner} />
    </Page>
  );
}
