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

type ChangePasswordFunction = (oldPassword: string, newPassword: string) => Promise<unknown>;

const changeRootUserPassword: ChangePasswordFunction = (OldPassword, NewPassword) =>
  changeRootPassword({ OldPassword, NewPassword });
const changeUserPassword: ChangePasswordFunction = (OldPassword, NewPassword) =>
  iam.send(new ChangePasswordCommand({ OldPassword, NewPassword }));

/** Changes the current user's password. The root user must confirm their identity first. */
export default function ChangePassword() {
  const root = isRoot(useSession());
  return (
    <Page title="Change password">
      {root ? (
        <RequireConfirmation>
          <ChangePasswordSteps changePassword={changeRootUserPassword} />
        </RequireConfirmation>
      ) : (
        <ChangePasswordSteps changePassword={changeUserPassword} />
      )}
    </Page>
  );
}

function ChangePasswordSteps({ changePassword }: { changePassword: ChangePasswordFunction }) {
  const rules = useLoad("rules", getPasswordRules);
  const [changed, setChanged] = useState(false);
  if (changed) return <PasswordChanged />;
  return (
    <AsyncContent state={rules}>
      {({ PasswordRules: passwordRules }) => (
        <ChangePasswordForm
          rules={passwordRules}
          changePassword={changePassword}
          onChanged={() => setChanged(true)}
        />
      )}
    </AsyncContent>
  );
}
