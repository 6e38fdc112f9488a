import { useState } from "react";
import { NewRecoveryCodes } from "../../components/new-recovery-codes.tsx";
import { currentOwner } from "../../data/credential-owner.ts";
import { Page, PageTitle } from "../../shared/page.tsx";
import { SECURITY_CREDENTIALS, userPath } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { RequireConfirmation, useRefreshSession, useSession } from "../../state/session.tsx";
import { AssignDevice } from "./assign-device.tsx";

const ASSIGNED_MESSAGE =
  "MFA device assigned. You can register up to 8 MFA devices of any combination of the currently supported MFA types.";

/** Assigns an MFA device to the user of that name, or to the current user. */
export default function AssignMfaDevice({ name }: { name: string }) {
  return (
    <RequireConfirmation>
      <PageTitle text="Assign MFA device" />
      <AssignDeviceSteps name={name} />
    </RequireConfirmation>
  );
}

function AssignDeviceSteps({ name }: { name: string }) {
  const session = useSession();
  const refreshSession = useRefreshSession();
  const [showRecoveryCodes, setShowRecoveryCodes] = useState(false);
  const isCurrentUser = name === "" || name === session.UserName;
  const owner = isCurrentUser ? currentOwner(session) : { userName: name, isCurrentUser };
  const returnPath = name === "" ? SECURITY_CREDENTIALS : userPath(name, "security_credentials");
  const finish = () => {
    refreshSession();
    navigate(returnPath);
    flash(ASSIGNED_MESSAGE);
  };
  if (showRecoveryCodes) {
    return (
      <Page title="MFA device assigned">
        <NewRecoveryCodes onSaved={finish} onSkip={finish} />
      </Page>
    );
  }
  return (
    <AssignDevice
      owner={owner}
      onCancel={() => navigate(returnPath)}
      onAssigned={(isFirst) => (isCurrentUser && isFirst ? setShowRecoveryCodes(true) : finish())}
    />
  );
}
