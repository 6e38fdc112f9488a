import type { LoginProfile } from "@aws-sdk/client-iam";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { AccessKeys } from "../../components/access-keys.tsx";
import { ConsoleSessions } from "../../components/console-sessions.tsx";
import { MfaDevices } from "../../components/mfa-devices.tsx";
import { userActionPath } from "../../shared/paths.ts";
import type { Loaded } from "../../state/load.ts";
import { ConsoleSignIn } from "./console-sign-in.tsx";

type Props = { name: string; profile: Loaded<LoginProfile | null> };

/** The user's console password, MFA devices, access keys and sessions. */
export function SecurityCredentialsTab({ name, profile }: Props) {
  const owner = { userName: name, isCurrentUser: false };
  return (
    <SpaceBetween size="l">
      <ConsoleSignIn name={name} profile={profile} />
      <MfaDevices owner={owner} assignHref={userActionPath(name, "assign-mfa")} />
      <AccessKeys owner={owner} createHref={userActionPath(name, "create-access-key")} />
      <ConsoleSessions owner={owner} />
    </SpaceBetween>
  );
}
