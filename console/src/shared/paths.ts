/** Where things are shown in the console. */
const IAM = "/console/iam";

export const HOME = "/console";
export const DASHBOARD = IAM;
export const SETTINGS = `${IAM}/account-settings`;
export const EDIT_POLICY = `${SETTINGS}/password-policy`;
export const ROOT_EMAIL = `${SETTINGS}/root-email`;
export const MY_CREDENTIALS = `${IAM}/security-credentials`;
export const CHANGE_PASSWORD = `${MY_CREDENTIALS}/change-password`;
export const ASSIGN_MFA = `${MY_CREDENTIALS}/assign-mfa`;
export const CREATE_KEY = `${MY_CREDENTIALS}/create-access-key`;
export const RECOVERY_CODES = `${MY_CREDENTIALS}/recovery-codes`;
export const USERS = `${IAM}/users`;
export const CREATE_USER = `${USERS}/create`;
export const GROUPS = `${IAM}/groups`;
export const CREATE_GROUP = `${GROUPS}/create`;
export const ROLES = `${IAM}/roles`;
export const CREATE_ROLE = `${ROLES}/create`;
export const PROVIDERS = `${IAM}/identity-providers`;
export const ADD_PROVIDER = `${PROVIDERS}/create`;
export const REPORT = `${IAM}/credential-report`;

export type UserTab = "permissions" | "groups" | "tags" | "security_credentials";

export type RoleTab = "permissions" | "trust_relationships" | "tags" | "revoke_sessions";

export function userPath(name: string, tab?: UserTab): string {
  return `${USERS}/details/${encodeURIComponent(name)}${tab ? `?section=${tab}` : ""}`;
}

export function userPage(name: string, page: "assign-mfa" | "create-access-key"): string {
  return `${userPath(name)}/${page}`;
}

export function groupPath(name: string): string {
  return `${GROUPS}/details/${encodeURIComponent(name)}`;
}

export function rolePath(name: string, tab?: RoleTab): string {
  return `${ROLES}/details/${encodeURIComponent(name)}${tab ? `?section=${tab}` : ""}`;
}

export function editTrustPath(roleName: string): string {
  return `${rolePath(roleName)}/edit-trust-policy`;
}

export function providerPath(arn: string): string {
  return `${PROVIDERS}/details/${encodeURIComponent(arn)}`;
}
