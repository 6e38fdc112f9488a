/** The operations of `iamd`: what AWS offers only in its console. Names and members are those of its service model. */
import { refuse } from "./failure.ts";
import { type Params, query } from "./query.ts";
import { date, flag, list, optional, type Read, type Reader, structure, text, whole } from "./readers.ts";

const VERSION = "2026-11-24";

function operation<Input extends Params | undefined, Output>(name: string, output: Reader<Output>) {
  return async (...[input]: Input extends Params ? [Input] : []): Promise<Output> => {
    return output(await query(name, VERSION, input ?? {}).catch(refuse));
  };
}

const nothing: Reader<void> = () => undefined;

const currentSession = structure({
  SessionId: optional(text),
  AccountId: text,
  AccountName: optional(text),
  AccountAlias: optional(text),
  Arn: text,
  UserName: optional(text),
  RootEmail: optional(text),
  SignInDate: optional(date),
  ConfirmDate: optional(date),
  MFAAuthenticated: flag,
  MFARequired: flag,
  PasswordChangeDate: optional(date),
  RecoveryCodesLeft: optional(whole),
  SignInUrl: optional(text),
});
export type CurrentSession = Read<typeof currentSession>;

const account = structure({
  AccountId: text,
  AccountName: text,
  AccountAlias: optional(text),
  RootEmail: text,
  CreateDate: date,
  SignInUrl: text,
});
export type Account = Read<typeof account>;

const consoleSession = structure({
  SessionId: text,
  CreateDate: date,
  LastSeenDate: date,
  SourceIp: optional(text),
  UserAgent: optional(text),
  MFAAuthenticated: flag,
  Current: flag,
});
export type ConsoleSession = Read<typeof consoleSession>;

const passwordRules = structure({
  MinimumLength: whole,
  MinimumUppercase: whole,
  MinimumLowercase: whole,
  MinimumDigits: whole,
  MinimumSymbols: whole,
  MinimumClasses: whole,
  RefuseCommonPasswords: flag,
  ReusePrevention: whole,
  MaxPasswordAge: whole,
});
export type PasswordRules = Read<typeof passwordRules>;

const securitySettings = structure({
  MinimumUppercase: whole,
  MinimumLowercase: whole,
  MinimumDigits: whole,
  MinimumSymbols: whole,
  RefuseCommonPasswords: flag,
  RequireMFA: flag,
  LockoutAttempts: whole,
  LockoutMinutes: whole,
});
export type SecuritySettings = Read<typeof securitySettings>;

const recommendation = structure({
  Id: text,
  Severity: text,
  Title: text,
  Detail: text,
  Count: optional(whole),
  UserNames: list(text),
});
export type Recommendation = Read<typeof recommendation>;

const impact = structure({
  UsersWithPassword: whole,
  PasswordsTooOld: whole,
  UsersWithOldPassword: list(text),
  WithoutMFA: whole,
  UsersWithoutMFA: list(text),
  RootPasswordTooOld: flag,
  RootWithoutMFA: flag,
});
export type PasswordPolicyImpact = Read<typeof impact>;

const signInStatus = structure({ Locked: flag, LockedUntil: optional(date), FailedAttempts: whole });

type Codes = { SerialNumber: string; AuthenticationCode1: string; AuthenticationCode2: string };

export const getSession = operation<undefined, { Session: CurrentSession }>(
  "GetSession",
  structure({ Session: currentSession }),
);
export const getAccount = operation<undefined, Account>("GetAccount", account);
export const putAccountName = operation<{ AccountName: string }, void>("PutAccountName", nothing);
export const updateRootEmail = operation<{ RootEmail: string }, void>("UpdateRootEmail", nothing);

export const getSecurityRecommendations = operation<undefined, { Recommendations: Recommendation[] }>(
  "GetSecurityRecommendations",
  structure({ Recommendations: list(recommendation) }),
);

export const getPasswordRules = operation<undefined, { PasswordRules: PasswordRules }>(
  "GetPasswordRules",
  structure({ PasswordRules: passwordRules }),
);
export const getSecuritySettings = operation<undefined, { SecuritySettings: SecuritySettings }>(
  "GetSecuritySettings",
  structure({ SecuritySettings: securitySettings }),
);
export const putSecuritySettings = operation<SecuritySettings, void>("PutSecuritySettings", nothing);
export const getPasswordPolicyImpact = operation<{ MaxPasswordAge?: number }, PasswordPolicyImpact>(
  "GetPasswordPolicyImpact",
  impact,
);
export const changeRootPassword = operation<{ OldPassword: string; NewPassword: string }, void>(
  "ChangeRootPassword",
  nothing,
);

export const listSessions = operation<{ UserName?: string }, { Sessions: ConsoleSession[] }>(
  "ListSessions",
  structure({ Sessions: list(consoleSession) }),
);
export const endSession = operation<{ SessionId: string; UserName?: string }, void>("EndSession", nothing);
export const getSignInStatus = operation<{ UserName: string }, Read<typeof signInStatus>>(
  "GetSignInStatus",
  signInStatus,
);
export const unlockUser = operation<{ UserName: string }, void>("UnlockUser", nothing);

export const enableRootMFADevice = operation<Codes, void>("EnableRootMFADevice", nothing);
export const resyncRootMFADevice = operation<Codes, void>("ResyncRootMFADevice", nothing);
export const deactivateRootMFADevice = operation<{ SerialNumber: string }, void>(
  "DeactivateRootMFADevice",
  nothing,
);
export const startPasskeyRegistration = operation<undefined, { Options: string }>(
  "StartPasskeyRegistration",
  structure({ Options: text }),
);
export const registerPasskey = operation<
  { DeviceName: string; Credential: string },
  { SerialNumber: string }
>("RegisterPasskey", structure({ SerialNumber: text }));
export const createRecoveryCodes = operation<undefined, { RecoveryCodes: string[]; CreateDate: Date }>(
  "CreateRecoveryCodes",
  structure({ RecoveryCodes: list(text), CreateDate: date }),
);
