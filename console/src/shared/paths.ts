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
export const REPORT = `${IAM}/credential-report`;

export type UserTab = "permissions" | "groups" | "tags" | "security_credentials";

export function userPath(name: string, tab?: UserTab): string {
  return `${USERS}/details/${encodeURIComponent(name)}${tab ? `?section=${tab}` : ""}`;
}

export function userPage(name: string, page: "assign-mfa" | "create-access-key"): string {
  return `${userPath(name)}/${page}`;
}

export function groupPath(name: string): string {
  return `${GROUPS}/details/${encodeURIComponent(name)}`;
}
