import type { LoginProfile } from "@aws-sdk/client-iam";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { AccessKeys } from "../../parts/access-keys.tsx";
import { MfaDevices } from "../../parts/mfa-devices.tsx";
import { Sessions } from "../../parts/sessions.tsx";
import { userActionPath } from "../../shared/paths.ts";
import type { Loaded } from "../../state/load.ts";
import { ConsoleSignIn } from "./console-sign-in.tsx";

type Props = { name: string; profile: Loaded<LoginProfile | null> };

/** How the user signs in, and what may speak for the user. */
export function CredentialsTab({ name, profile }: Props) {
  const owner = { userName: name, isCurrentUser: false };
  return (
    <SpaceBetween size="l">
      <ConsoleSignIn name={name} profile={profile} />
      <MfaDevices owner={owner} assignHref={userActionPath(name, "assign-mfa")} />
      <AccessKeys owner={owner} createHref={userActionPath(name, "create-access-key")} />
      <Sessions owner={owner} />
    </SpaceBetween>
  );
}
