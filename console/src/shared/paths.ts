/** The paths of the console's pages. */
const IAM = "/console/iam";

export const HOME = "/console";
export const CONFIRMED = `${HOME}/confirmed`;
export const DASHBOARD = IAM;
export const ACCOUNT_SETTINGS = `${IAM}/account-settings`;
export const EDIT_PASSWORD_POLICY = `${ACCOUNT_SETTINGS}/password-policy`;
export const CHANGE_ROOT_EMAIL = `${ACCOUNT_SETTINGS}/root-email`;
export const SECURITY_CREDENTIALS = `${IAM}/security-credentials`;
export const CHANGE_PASSWORD = `${SECURITY_CREDENTIALS}/change-password`;
export const ASSIGN_MFA_DEVICE = `${SECURITY_CREDENTIALS}/assign-mfa`;
export const CREATE_ACCESS_KEY = `${SECURITY_CREDENTIALS}/create-access-key`;
export const RECOVERY_CODES = `${SECURITY_CREDENTIALS}/recovery-codes`;
export const USERS = `${IAM}/users`;
export const CREATE_USER = `${USERS}/create`;
export const GROUPS = `${IAM}/groups`;
export const CREATE_GROUP = `${GROUPS}/create`;
export const ROLES = `${IAM}/roles`;
export const CREATE_ROLE = `${ROLES}/create`;
export const PROVIDERS = `${IAM}/identity-providers`;
export const ADD_PROVIDER = `${PROVIDERS}/create`;
export const SERVICES = `${IAM}/services`;
export const CREATE_API_KEY = `${SERVICES}/create-api-key`;
export const CREDENTIAL_REPORT = `${IAM}/credential-report`;

export type UserTab = "permissions" | "groups" | "tags" | "security_credentials";

export type RoleTab = "permissions" | "trust_relationships" | "tags" | "revoke_sessions";

export function userPath(name: string, tab?: UserTab): string {
  return `${USERS}/details/${encodeURIComponent(name)}${tab ? `?section=${tab}` : ""}`;
}

export function userActionPath(name: string, page: "assign-mfa" | "create-access-key"): string {
  return `${userPath(name)}/${page}`;
}

export function groupPath(name: string): string {
  return `${GROUPS}/details/${encodeURIComponent(name)}`;
}

export function rolePath(name: string, tab?: RoleTab): string {
  return `${ROLES}/details/${encodeURIComponent(name)}${tab ? `?section=${tab}` : ""}`;
}

export function editTrustPolicyPath(roleName: string): string {
  return `${rolePath(roleName)}/edit-trust-policy`;
}

export function providerPath(arn: string): string {
  return `${PROVIDERS}/details/${encodeURIComponent(arn)}`;
}
