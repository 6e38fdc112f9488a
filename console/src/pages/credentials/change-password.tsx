import { ChangePasswordCommand } from "@aws-sdk/client-iam";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import { changeRootPassword, getPasswordRules } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { Page } from "../../shared/page.tsx";
import { useLoad } from "../../state/load.ts";
import { isRoot, RequireConfirmation, useSession } from "../../state/session.tsx";
import { ChangePasswordForm } from "./change-password-form.tsx";
import { PasswordChanged } from "./password-changed.tsx";

type Change = (oldPassword: string, newPassword: string) => Promise<unknown>;

const changeRoot: Change = (OldPassword, NewPassword) => changeRootPassword({ OldPassword, NewPassword });
const changeOwn: Change = (OldPassword, NewPassword) =>
  iam.send(new ChangePasswordCommand({ OldPassword, NewPassword }));

/** Changes one's own password; the root user first confirms that it is they. */
export default function ChangePassword() {
  const root = isRoot(useSession());
  return (
    <Page title="Change password">
      {root ? (
        <RequireConfirmation>
          <Steps change={changeRoot} />
        </RequireConfirmation>
      ) : (
        <Steps change={changeOwn} />
      )}
    </Page>
  );
}

function Steps({ change }: { change: Change }) {
  const rules = useLoad("rules", getPasswordRules);
  const [changed, setChanged] = useState(false);
  if (changed) return <PasswordChanged />;
  return (
    <AsyncContent state={rules}>
      {({ PasswordRules: held }) => (
        <ChangePasswordForm rules={held} change={change} onChanged={() => setChanged(true)} />
      )}
    </AsyncContent>
  );
}
