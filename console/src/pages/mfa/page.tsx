import { useState } from "react";
import { currentOwner } from "../../data/credential-owner.ts";
import { RecoveryCodes } from "../../parts/recovery-codes.tsx";
import { Page, PageTitle } from "../../shared/page.tsx";
import { SECURITY_CREDENTIALS, userPath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { RequireConfirmation, useRefreshSession, useSession } from "../../state/session.tsx";
import { AssignDevice } from "./assign-device.tsx";

const ASSIGNED =
  "MFA device assigned. You can register up to 8 MFA devices of any combination of the currently supported MFA types.";

/** Assigns an MFA device to the user of that name, or to who is signed in. */
export default function AssignMfaDevice({ name }: { name: string }) {
  return (
    <RequireConfirmation>
      <PageTitle text="Assign MFA device" />
      <Steps name={name} />
    </RequireConfirmation>
  );
}

function Steps({ name }: { name: string }) {
  const session = useSession();
  const refreshSession = useRefreshSession();
  const [codesDue, setCodesDue] = useState(false);
  const own = name === "" || name === session.UserName;
  const owner = own ? currentOwner(session) : { userName: name, isCurrentUser: own };
  const back = name === "" ? SECURITY_CREDENTIALS : userPath(name, "security_credentials");
  const leave = () => {
    refreshSession();
    navigate(back);
    flash(ASSIGNED);
  };
  if (codesDue) {
    return (
      <Page title="MFA device assigned">
        <RecoveryCodes onSaved={leave} onSkip={leave} />
      </Page>
    );
  }
  return (
    <AssignDevice
      owner={owner}
      onCancel={() => navigate(back)}
      onAssigned={(first) => (own && first ? setCodesDue(true) : leave())}
    />
  );
}
