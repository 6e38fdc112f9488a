/** The values of the wizard "Create role". */
import type { Policy } from "@aws-sdk/client-iam";
import { isJson } from "../../data/policy-documents.ts";
import type { NewRole } from "../../data/roles.ts";
import { HOUR, isSessionDuration } from "../../data/session-duration.ts";
import type { KeyValue } from "../../data/tags.ts";
import { EMPTY_TRUST_POLICY, type TrustedEntity, trustPolicyDocument } from "../../data/trust-policy.ts";

export type TrustedEntityType = TrustedEntity["kind"] | "custom";

export type RoleFormValues = {
  entityType: TrustedEntityType;
  /** Whether the trusted account is `otherAccountId` rather than the current account. */
  otherAccount: boolean;
  otherAccountId: string;
  requireExternalId: boolean;
  externalId: string;
  requireMfa: boolean;
  service: string;
  providerArn: string;
  audience: string;
  subject: string;
  customTrustPolicy: string;
  policies: readonly Policy[];
  hasBoundary: boolean;
  boundary: readonly Policy[];
  name: string;
  description: string;
  maxSessionDuration: number;
  tags: readonly KeyValue[];
};

export const INITIAL_VALUES: RoleFormValues = {
  entityType: "account",
  otherAccount: false,
  otherAccountId: "",
  requireExternalId: false,
  externalId: "",
  requireMfa: false,
  service: "",
  providerArn: "",
  audience: "",
  subject: "",
  customTrustPolicy: EMPTY_TRUST_POLICY,
  policies: [],
  hasBoundary: false,
  boundary: [],
  name: "",
  description: "",
  maxSessionDuration: HOUR,
  tags: [],
};

const ACCOUNT_ID = /^\d{12}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const NAME = /^[\w+=,.@-]{1,64}$/;

export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

export function isExternalId(text: string): boolean {
  return EXTERNAL_ID.test(text);
}

export function isServicePrincipal(text: string): boolean {
  return SERVICE.test(text);
}

export function isRoleName(text: string): boolean {
  return NAME.test(text);
}

const IS_TRUST_COMPLETE: Readonly<Record<TrustedEntityType, (values: RoleFormValues) => boolean>> = {
  account: ({ otherAccount, otherAccountId, requireExternalId, externalId }) =>
    (!otherAccount || isAccountId(otherAccountId)) && (!requireExternalId || isExternalId(externalId)),
  service: ({ service }) => isServicePrincipal(service),
  "web-identity": ({ providerArn, audience }) => providerArn !== "" && audience !== "",
  custom: ({ customTrustPolicy }) => isJson(customTrustPolicy),
};

/** Whether the first step is complete. */
export function isTrustComplete(values: RoleFormValues): boolean {
  return IS_TRUST_COMPLETE[values.entityType](values);
}

/** Whether the second step is complete. */
export function isPermissionsComplete({ hasBoundary, boundary }: RoleFormValues): boolean {
  return !hasBoundary || boundary.length > 0;
}

/** Whether the last step is complete. */
export function isDetailsComplete({ name, maxSessionDuration }: RoleFormValues): boolean {
  return isRoleName(name) && isSessionDuration(maxSessionDuration);
}

/** The trust policy of the values. */
export function buildTrustPolicy(values: RoleFormValues, ownAccount: string): string {
  return values.entityType === "custom"
    ? values.customTrustPolicy
    : trustPolicyDocument(trustedEntity(values, values.entityType, ownAccount));
}

function trustedEntity(
  values: RoleFormValues,
  entityType: TrustedEntity["kind"],
  ownAccount: string,
): TrustedEntity {
  switch (entityType) {
    case "account":
      return {
        kind: entityType,
        accountId: values.otherAccount ? values.otherAccountId : ownAccount,
        externalId: values.requireExternalId ? values.externalId : undefined,
        mfa: values.requireMfa,
      };
    case "service":
      return { kind: entityType, service: values.service };
    case "web-identity":
      return {
        kind: entityType,
        providerArn: values.providerArn,
        audience: values.audience,
        subject: values.subject || undefined,
      };
  }
}

/** The role to create. */
export function toNewRole(values: RoleFormValues, ownAccount: string): NewRole {
  return {
    name: values.name,
    description: values.description,
    maxSessionDuration: values.maxSessionDuration,
    trustPolicy: buildTrustPolicy(values, ownAccount),
    service: values.entityType === "service" ? values.service : undefined,
    policyArns: values.policies.map(({ Arn = "" }) => Arn),
    boundaryArn: values.hasBoundary ? values.boundary[0]?.Arn : undefined,
    tags: values.tags,
  };
}

/** The props of each step; `showErrors` is whether to show what is missing. */
export type StepProps = {
  values: RoleFormValues;
  showErrors: boolean;
  onChange: (update: Partial<RoleFormValues>) => void;
};
