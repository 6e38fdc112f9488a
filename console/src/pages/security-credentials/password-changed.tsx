import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { signOut } from "../../state/session.tsx";

/** Shown after the password has been changed, which ended all sessions, including this one. */
export function PasswordChanged() {
  return (
    <Alert
      type="success"
      header="Password updated"
      action={<Button onClick={() => void signOut()}>Sign in again</Button>}
    >
      All your sessions have ended. Sign in again with your new password.
    </Alert>
  );
}
