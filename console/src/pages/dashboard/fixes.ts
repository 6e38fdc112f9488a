/** Where each security recommendation is put right. */
import {
  ASSIGN_MFA_DEVICE,
  CREATE_USER,
  CREDENTIAL_REPORT,
  EDIT_PASSWORD_POLICY,
  SECURITY_CREDENTIALS,
  USERS,
  type UserTab,
} from "../../shared/paths.ts";

export type Fix = { text: string; href: string };

/** `own` is where the caller mends it; `tab` is the part of a user's page that mends it for each user named. */
type Way = { own?: Fix; rootOnly?: true; tab?: UserTab };

const WAYS: Readonly<Record<string, Way>> = {
  "root-mfa": { own: { text: "Add MFA", href: ASSIGN_MFA_DEVICE }, rootOnly: true },
  "root-access-keys": { own: { text: "Manage access keys", href: SECURITY_CREDENTIALS }, rootOnly: true },
  "root-used": { own: { text: "Create user", href: CREATE_USER } },
  "password-policy": { own: { text: "Edit password policy", href: EDIT_PASSWORD_POLICY } },
  "own-mfa": { own: { text: "Add MFA", href: ASSIGN_MFA_DEVICE } },
  "own-old-keys": { own: { text: "Manage access keys", href: SECURITY_CREDENTIALS } },
  "users-without-mfa": { own: { text: "View users", href: USERS }, tab: "security_credentials" },
  "no-administrator": { own: { text: "Create user", href: CREATE_USER } },
  "old-access-keys": {
    own: { text: "View credential report", href: CREDENTIAL_REPORT },
    tab: "security_credentials",
  },
  "full-access-policies": { own: { text: "View users", href: USERS }, tab: "permissions" },
};

export function fixOf(id: string, root: boolean): Fix | undefined {
  const way = WAYS[id];
  return way?.rootOnly && !root ? undefined : way?.own;
}

export function tabOf(id: string): UserTab {
  return WAYS[id]?.tab ?? "permissions";
}
