import type { LoginProfile } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { AsyncContent } from "../../shared/async-content.tsx";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { formatDate } from "../../shared/format.ts";
import { useDialog } from "../../state/dialog.ts";
import type { Loaded } from "../../state/load.ts";
import { RequireConfirmation, useSession } from "../../state/session.tsx";
import { DisableAccessDialog } from "./disable-access-dialog.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { SignInLock } from "./sign-in-lock.tsx";

type Dialog = "enable-access" | "reset-password" | "disable-access";

type Props = { name: string; profile: Loaded<LoginProfile | null> };

/** The user's console access and password. */
export function ConsoleSignIn({ name, profile }: Props) {
  const dialog = useDialog();
  const open = (dialogName: Dialog) => dialog.open(dialogName, name);
  const isReset = dialog.name === "reset-password";
  const close = () => {
    dialog.close();
    profile.reload();
  };
  return (
    <Container
      header={<Header actions={<Actions profile={profile.data} open={open} />}>Console sign-in</Header>}
    >
      <SpaceBetween size="l">
        <AsyncContent state={profile}>{(data) => <SignInPairs profile={data} />}</AsyncContent>
        {profile.data && <SignInLock name={name} />}
      </SpaceBetween>
      {(dialog.name === "enable-access" || isReset) && (
        <RequireConfirmation>
          <PasswordDialog name={name} isReset={isReset} onClose={close} />
        </RequireConfirmation>
      )}
      {dialog.name === "disable-access" && <DisableAccessDialog name={name} onClose={close} />}
    </Container>
  );
}

type ActionsProps = { profile: LoginProfile | null | undefined; open: (dialog: Dialog) => void };

function Actions({ profile, open }: ActionsProps) {
  if (profile === undefined) return null;
  if (profile === null) return <Button onClick={() => open("enable-access")}>Enable console access</Button>;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => open("disable-access")}>Disable console access</Button>
      <Button onClick={() => open("reset-password")}>Reset password</Button>
    </SpaceBetween>
  );
}

function SignInPairs({ profile }: { profile: LoginProfile | null }) {
  const { SignInUrl: url } = useSession();
  return (
    <KeyValuePairs
      columns={3}
      minColumnWidth={190}
      items={[
        {
          label: "Console sign-in link",
          value: url ? <CopyableText value={url} name="Console sign-in link" /> : "–",
        },
        {
          label: "Console password",
          value: profile ? `Set on ${formatDate(profile.CreateDate)}` : "Not enabled",
        },
        {
          label: "New password at next sign-in",
          value: profile?.PasswordResetRequired ? "Required" : "Not required",
        },
      ]}
    />
  );
}
