/** The operations of the `iamd` service: what AWS offers only in its console. */
import type model from "../../../src/iamd/core/models/iamd.json";
import { withConfirmation } from "./confirmation.ts";
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

// The compiler checks all names below against the service model, of which nothing gets into the page.
type Operations = (typeof model)["operations"];
type Shapes = (typeof model)["shapes"];
type Members<Shape> = Shape extends { members: infer M } ? keyof M : never;

/** The operations whose request has the members of `Input`. */
type OperationWith<Input> = {
  [Name in keyof Operations]: keyof Input extends Members<Shapes[`${Name}Request` & keyof Shapes]>
    ? Name
    : never;
}[keyof Operations];

function operation<Input extends Params | undefined, Output>(
  name: OperationWith<Input>,
  decode: Decoder<Output>,
) {
  return async (...[input]: Input extends Params ? [Input] : []): Promise<Output> => {
    const send = () => sendQueryRequest(name, VERSION, input ?? {});
    return decode(await withConfirmation(send).catch(redirectOrThrow));
  };
}

/** Decodes a structure of the model, with a decoder for each of its members. */
function shape<Name extends keyof Shapes, F extends Record<Members<Shapes[Name]>, Decoder<unknown>>>(
  _name: Name,
  decoders: F & Record<Exclude<keyof F, Members<Shapes[Name]>>, never>,
) {
  return structure<F>(decoders);
}

const noOutput: Decoder<void> = () => undefined;

const currentSession = shape("CurrentSession", {
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

const account = shape("GetAccountResponse", {
  AccountId: string,
  AccountName: string,
  AccountAlias: optional(string),
  RootEmail: string,
  CreateDate: timestamp,
  SignInUrl: string,
});
export type Account = Decoded<typeof account>;

const consoleSession = shape("Session", {
  SessionId: string,
  CreateDate: timestamp,
  LastSeenDate: timestamp,
  SourceIp: optional(string),
  UserAgent: optional(string),
  MFAAuthenticated: boolean,
  Current: boolean,
});
export type ConsoleSession = Decoded<typeof consoleSession>;

const passwordRules = shape("PasswordRules", {
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

const securitySettings = shape("SecuritySettings", {
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

const recommendation = shape("Recommendation", {
  Id: string,
  Severity: string,
  Title: string,
  Detail: string,
  Count: optional(integer),
  UserNames: list(string),
});
export type Recommendation = Decoded<typeof recommendation>;

const impact = shape("GetPasswordPolicyImpactResponse", {
  UsersWithPassword: integer,
  PasswordsTooOld: integer,
  UsersWithOldPassword: list(string),
  WithoutMFA: integer,
  UsersWithoutMFA: list(string),
  RootPasswordTooOld: boolean,
  RootWithoutMFA: boolean,
});
export type PasswordPolicyImpact = Decoded<typeof impact>;

const signInStatus = shape("GetSignInStatusResponse", {
  Locked: boolean,
  LockedUntil: optional(timestamp),
  FailedAttempts: integer,
});

const serviceDecision = shape("ServiceDecision", {
  EventId: string,
  EventTime: timestamp,
  ServiceName: string,
  Action: string,
  Caller: string,
  AskerArn: optional(string),
  ApiKeyId: optional(string),
  Resource: optional(string),
  Outcome: string,
  Message: optional(string),
  Times: integer,
  SourceIp: optional(string),
});
export type ServiceDecision = Decoded<typeof serviceDecision>;

const serviceDecisions = shape("ListServiceDecisionsResponse", {
  Decisions: list(serviceDecision),
  IsTruncated: boolean,
  Marker: optional(string),
});

type MfaCodesInput = { SerialNumber: string; AuthenticationCode1: string; AuthenticationCode2: string };

const sessionResponse = shape("GetSessionResponse", { Session: currentSession });

export const getSession = operation<undefined, { Session: CurrentSession }>("GetSession", sessionResponse);

/** The session; undefined if there is none or the call fails, without a redirect to sign in. */
export async function findSession(): Promise<CurrentSession | undefined> {
  try {
    return sessionResponse(await sendQueryRequest("GetSession", VERSION, {})).Session;
  } catch {
    return undefined;
  }
}

export const getAccount = operation<undefined, Account>("GetAccount", account);
export const putAccountName = operation<{ AccountName: string }, void>("PutAccountName", noOutput);
export const updateRootEmail = operation<{ RootEmail: string }, void>("UpdateRootEmail", noOutput);

export const getSecurityRecommendations = operation<undefined, { Recommendations: Recommendation[] }>(
  "GetSecurityRecommendations",
  shape("GetSecurityRecommendationsResponse", { Recommendations: list(recommendation) }),
);

export const getPasswordRules = operation<undefined, { PasswordRules: PasswordRules }>(
  "GetPasswordRules",
  shape("GetPasswordRulesResponse", { PasswordRules: passwordRules }),
);
export const getSecuritySettings = operation<undefined, { SecuritySettings: SecuritySettings }>(
  "GetSecuritySettings",
  shape("GetSecuritySettingsResponse", { SecuritySettings: securitySettings }),
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
  shape("ListSessionsResponse", { Sessions: list(consoleSession) }),
);
export const endSession = operation<{ SessionId: string; UserName?: string }, void>("EndSession", noOutput);
export const listServiceDecisions = operation<
  { ServiceName?: string; Outcome?: string; Marker?: string; MaxItems?: number },
  Decoded<typeof serviceDecisions>
>("ListServiceDecisions", serviceDecisions);
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
  shape("StartPasskeyRegistrationResponse", { Options: string }),
);
export const registerPasskey = operation<
  { DeviceName: string; Credential: string },
  { SerialNumber: string }
>("RegisterPasskey", shape("RegisterPasskeyResponse", { SerialNumber: string }));
export const createRecoveryCodes = operation<undefined, { RecoveryCodes: string[]; CreateDate: Date }>(
  "CreateRecoveryCodes",
  shape("CreateRecoveryCodesResponse", { RecoveryCodes: list(string), CreateDate: timestamp }),
);
