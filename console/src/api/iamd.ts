/**
 * The operations of the `iamd` service: what AWS offers only in its console. Names and members are those of its model,
 * src/iamd/core/models/iamd.json; tests/iamd.test.ts compares them.
 */

import {
  boolean,
  type Decoded,
  type Decoder,
  integer,
  list,
  optional,
  string,
  structure,
  timestamp,
} from "./decoders.ts";
import { redirectOrThrow } from "./errors.ts";
import { type Params, sendQueryRequest } from "./query.ts";

const VERSION = "2026-11-24";

function operation<Input extends Params | undefined, Output>(name: string, decode: Decoder<Output>) {
  return async (...[input]: Input extends Params ? [Input] : []): Promise<Output> => {
    return decode(await sendQueryRequest(name, VERSION, input ?? {}).catch(redirectOrThrow));
  };
}

const noOutput: Decoder<void> = () => undefined;

const currentSession = structure({
  SessionId: optional(string),
  AccountId: string,
  AccountName: optional(string),
  AccountAlias: optional(string),
  Arn: string,
  UserName: optional(string),
  RootEmail: optional(string),
  SignInDate: optional(timestamp),
  ConfirmDate: optional(timestamp),
  MFAAuthenticated: boolean,
  MFARequired: boolean,
  PasswordChangeDate: optional(timestamp),
  RecoveryCodesLeft: optional(integer),
  SignInUrl: optional(string),
});
export type CurrentSession = Decoded<typeof currentSession>;

const account = structure({
  AccountId: string,
  AccountName: string,
  AccountAlias: optional(string),
  RootEmail: string,
  CreateDate: timestamp,
  SignInUrl: string,
});
export type Account = Decoded<typeof account>;

const consoleSession = structure({
  SessionId: string,
  CreateDate: timestamp,
  LastSeenDate: timestamp,
  SourceIp: optional(string),
  UserAgent: optional(string),
  MFAAuthenticated: boolean,
  Current: boolean,
});
export type ConsoleSession = Decoded<typeof consoleSession>;

const passwordRules = structure({
  MinimumLength: integer,
  MinimumUppercase: integer,
  MinimumLowercase: integer,
  MinimumDigits: integer,
  MinimumSymbols: integer,
  MinimumClasses: integer,
  RefuseCommonPasswords: boolean,
  ReusePrevention: integer,
  MaxPasswordAge: integer,
});
export type PasswordRules = Decoded<typeof passwordRules>;

const securitySettings = structure({
  MinimumUppercase: integer,
  MinimumLowercase: integer,
  MinimumDigits: integer,
  MinimumSymbols: integer,
  RefuseCommonPasswords: boolean,
  RequireMFA: boolean,
  LockoutAttempts: integer,
  LockoutMinutes: integer,
});
export type SecuritySettings = Decoded<typeof securitySettings>;

const recommendation = structure({
  Id: string,
  Severity: string,
  Title: string,
  Detail: string,
  Count: optional(integer),
  UserNames: list(string),
});
export type Recommendation = Decoded<typeof recommendation>;

const impact = structure({
  UsersWithPassword: integer,
  PasswordsTooOld: integer,
  UsersWithOldPassword: list(string),
  WithoutMFA: integer,
  UsersWithoutMFA: list(string),
  RootPasswordTooOld: boolean,
  RootWithoutMFA: boolean,
});
export type PasswordPolicyImpact = Decoded<typeof impact>;

const signInStatus = structure({
  Locked: boolean,
  LockedUntil: optional(timestamp),
  FailedAttempts: integer,
});

type MfaCodesInput = { SerialNumber: string; AuthenticationCode1: string; AuthenticationCode2: string };

export const getSession = operation<undefined, { Session: CurrentSession }>(
  "GetSession",
  structure({ Session: currentSession }),
);
export const getAccount = operation<undefined, Account>("GetAccount", account);
export const putAccountName = operation<{ AccountName: string }, void>("PutAccountName", noOutput);
export const updateRootEmail = operation<{ RootEmail: string }, void>("UpdateRootEmail", noOutput);

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
export const putSecuritySettings = operation<SecuritySettings, void>("PutSecuritySettings", noOutput);
export const getPasswordPolicyImpact = operation<{ MaxPasswordAge?: number }, PasswordPolicyImpact>(
  "GetPasswordPolicyImpact",
  impact,
);
export const changeRootPassword = operation<{ OldPassword: string; NewPassword: string }, void>(
  "ChangeRootPassword",
  noOutput,
);

export const listSessions = operation<{ UserName?: string }, { Sessions: ConsoleSession[] }>(
  "ListSessions",
  structure({ Sessions: list(consoleSession) }),
);
export const endSession = operation<{ SessionId: string; UserName?: string }, void>("EndSession", noOutput);
export const getSignInStatus = operation<{ UserName: string }, Decoded<typeof signInStatus>>(
  "GetSignInStatus",
  signInStatus,
);
export const unlockUser = operation<{ UserName: string }, void>("UnlockUser", noOutput);

export const enableRootMFADevice = operation<MfaCodesInput, void>("EnableRootMFADevice", noOutput);
export const resyncRootMFADevice = operation<MfaCodesInput, void>("ResyncRootMFADevice", noOutput);
export const deactivateRootMFADevice = operation<{ SerialNumber: string }, void>(
  "DeactivateRootMFADevice",
  noOutput,
);
export const startPasskeyRegistration = operation<undefined, { Options: string }>(
  "StartPasskeyRegistration",
  structure({ Options: string }),
);
export const registerPasskey = operation<
  { DeviceName: string; Credential: string },
  { SerialNumber: string }
>("RegisterPasskey", structure({ SerialNumber: string }));
export const createRecoveryCodes = operation<undefined, { RecoveryCodes: string[]; CreateDate: Date }>(
  "CreateRecoveryCodes",
  structure({ RecoveryCodes: list(string), CreateDate: timestamp }),
);
