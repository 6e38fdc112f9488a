/** Links to the pages that remediate each security recommendation. */
import {
  ASSIGN_MFA_DEVICE,
  CREATE_USER,
  CREDENTIAL_REPORT,
  EDIT_PASSWORD_POLICY,
  SECURITY_CREDENTIALS,
  USERS,
  type UserTab,
} from "../../shared/paths.ts";

export type Remediation = { text: string; href: string };

/** `link` is the page that remediates the recommendation; `userTab` is the tab of the page of each affected user. */
type RecommendationLinks = { link?: Remediation; rootOnly?: true; userTab?: UserTab };

const LINKS: Readonly<Record<string, RecommendationLinks>> = {
  "root-mfa": { link: { text: "Add MFA", href: ASSIGN_MFA_DEVICE }, rootOnly: true },
  "root-access-keys": { link: { text: "Manage access keys", href: SECURITY_CREDENTIALS }, rootOnly: true },
  "root-used": { link: { text: "Create user", href: CREATE_USER } },
  "password-policy": { link: { text: "Edit password policy", href: EDIT_PASSWORD_POLICY } },
  "own-mfa": { link: { text: "Add MFA", href: ASSIGN_MFA_DEVICE } },
  "own-old-keys": { link: { text: "Manage access keys", href: SECURITY_CREDENTIALS } },
  "users-without-mfa": { link: { text: "View users", href: USERS }, userTab: "security_credentials" },
  "no-administrator": { link: { text: "Create user", href: CREATE_USER } },
  "old-access-keys": {
    link: { text: "View credential report", href: CREDENTIAL_REPORT },
    userTab: "security_credentials",
  },
  "full-access-policies": { link: { text: "View users", href: USERS }, userTab: "permissions" },
};

export function remediationFor(id: string, root: boolean): Remediation | undefined {
  const links = LINKS[id];
  return links?.rootOnly && !root ? undefined : links?.link;
}

export function userTabFor(id: string): UserTab {
  return LINKS[id]?.userTab ?? "permissions";
}
