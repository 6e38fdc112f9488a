import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { signOut } from "../../state/session.tsx";

/** Tells that the password was changed; the server has ended every session, this one too. */
export function PasswordChanged() {
  return (
    <Alert
      type="success"
      header="Password updated."
      action={<Button onClick={() => void signOut()}>Sign in again</Button>}
    >
      All your other sessions were ended. Sign in again with the new password.
    </Alert>
  );
}
