/** Where each security recommendation is put right. */
import {
  ASSIGN_MFA,
  CREATE_USER,
  EDIT_POLICY,
  MY_CREDENTIALS,
  REPORT,
  USERS,
  type UserTab,
} from "../../shared/paths.ts";

export type Fix = { text: string; href: string };

/** `own` is where the caller mends it; `tab` is the part of a user's page that mends it for each user named. */
type Way = { own?: Fix; rootOnly?: true; tab?: UserTab };

const WAYS: Readonly<Record<string, Way>> = {
  "root-mfa": { own: { text: "Add MFA", href: ASSIGN_MFA }, rootOnly: true },
  "root-access-keys": { own: { text: "Manage access keys", href: MY_CREDENTIALS }, rootOnly: true },
  "root-used": { own: { text: "Create user", href: CREATE_USER } },
  "password-policy": { own: { text: "Edit password policy", href: EDIT_POLICY } },
  "own-mfa": { own: { text: "Add MFA", href: ASSIGN_MFA } },
  "own-old-keys": { own: { text: "Manage access keys", href: MY_CREDENTIALS } },
  "users-without-mfa": { own: { text: "View users", href: USERS }, tab: "security_credentials" },
  "no-administrator": { own: { text: "Create user", href: CREATE_USER } },
  "old-access-keys": { own: { text: "View credential report", href: REPORT }, tab: "security_credentials" },
  "full-access-policies": { own: { text: "View users", href: USERS }, tab: "permissions" },
};

export function fixOf(id: string, root: boolean): Fix | undefined {
  const way = WAYS[id];
  return way?.rootOnly && !root ? undefined : way?.own;
}

export function tabOf(id: string): UserTab {
  return WAYS[id]?.tab ?? "permissions";
}
