import { currentOwner } from "../../data/credential-owner.ts";
import { AccessKeys } from "../../parts/access-keys.tsx";
import { MfaDevices } from "../../parts/mfa-devices.tsx";
import { Sessions } from "../../parts/sessions.tsx";
import { Page } from "../../shared/page.tsx";
import { ASSIGN_MFA_DEVICE, CREATE_ACCESS_KEY } from "../../shared/paths.ts";
import { isRoot, useSession } from "../../state/session.tsx";
import { Details } from "./details.tsx";
import { RecoveryCodesBox } from "./recovery-codes-box.tsx";
import { SignIn } from "./sign-in.tsx";

export default function SecurityCredentials() {
  const session = useSession();
  const owner = currentOwner(session);
  return (
    <Page title="My security credentials" description={isRoot(session) ? "Root user" : "IAM user"}>
      <Details session={session} />
      <SignIn session={session} />
      <MfaDevices owner={owner} assignHref={ASSIGN_MFA_DEVICE} />
      <RecoveryCodesBox session={session} />
      <AccessKeys owner={owner} createHref={CREATE_ACCESS_KEY} />
      <Sessions owner={owner} />
    </Page>
  );
}
