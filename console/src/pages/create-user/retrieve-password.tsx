import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { SignInDetails } from "../../components/sign-in-details.tsx";
import type { NewUser } from "../../data/users.ts";
import { Page } from "../../shared/page.tsx";
import { userPath } from "../../shared/paths.ts";

/** The last page of "Create user": the only time that the password is shown. */
export function RetrievePassword({ user, onDone }: { user: NewUser; onDone: () => void }) {
  return (
    <Page title="Retrieve password">
      <Alert type="warning">
        You can view and download the user's password below. This is the only time you can view and download
        this password.
      </Alert>
      <SignInDetails userName={user.name} password={user.password ?? ""} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button href={userPath(user.name)}>View user</Button>
        <Button variant="primary" onClick={onDone}>
          Return to users list
        </Button>
      </SpaceBetween>
    </Page>
  );
}
