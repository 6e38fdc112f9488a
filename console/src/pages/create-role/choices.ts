/** What the wizard *Create role* gathers. */
import type { Policy } from "@aws-sdk/client-iam";
import { isJson } from "../../data/policy-documents.ts";
import type { NewRole } from "../../data/roles.ts";
import { HOUR, isSessionDuration } from "../../data/session-duration.ts";
import type { KeyValue } from "../../data/tags.ts";
import { EMPTY_TRUST_POLICY, type TrustedEntity, trustPolicyDocument } from "../../data/trust-policy.ts";

export type Way = TrustedEntity["kind"] | "custom";

export type Choices = {
  way: Way;
  /** Whether it is an account other than one's own, and which. */
  another: boolean;
  otherAccount: string;
  needsExternalId: boolean;
  externalId: string;
  needsMfa: boolean;
  service: string;
  providerArn: string;
  audience: string;
  subject: string;
  custom: string;
  policies: readonly Policy[];
  bounded: boolean;
  boundary: readonly Policy[];
  name: string;
  description: string;
  maxSessionDuration: number;
  tags: readonly KeyValue[];
};

export const FIRST_CHOICES: Choices = {
  way: "account",
  another: false,
  otherAccount: "",
  needsExternalId: false,
  externalId: "",
  needsMfa: false,
  service: "",
  providerArn: "",
  audience: "",
  subject: "",
  custom: EMPTY_TRUST_POLICY,
  policies: [],
  bounded: false,
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

export function isService(text: string): boolean {
  return SERVICE.test(text);
}

export function isRoleName(text: string): boolean {
  return NAME.test(text);
}

const COMPLETE: Readonly<Record<Way, (choices: Choices) => boolean>> = {
  account: ({ another, otherAccount, needsExternalId, externalId }) =>
    (!another || isAccountId(otherAccount)) && (!needsExternalId || isExternalId(externalId)),
  service: ({ service }) => isService(service),
  "web-identity": ({ providerArn, audience }) => providerArn !== "" && audience !== "",
  custom: ({ custom }) => isJson(custom),
};

/** Whether the first step is complete. */
export function hasTrust(choices: Choices): boolean {
  return COMPLETE[choices.way](choices);
}

/** Whether the second step is complete. */
export function hasPermissions({ bounded, boundary }: Choices): boolean {
  return !bounded || boundary.length > 0;
}

/** Whether the last step is complete. */
export function hasDetails({ name, maxSessionDuration }: Choices): boolean {
  return isRoleName(name) && isSessionDuration(maxSessionDuration);
}

/** The trust policy that was asked for. */
export function chosenTrust(choices: Choices, ownAccount: string): string {
  return choices.way === "custom"
    ? choices.custom
    : trustPolicyDocument(trustIn(choices, choices.way, ownAccount));
}

function trustIn(choices: Choices, way: TrustedEntity["kind"], ownAccount: string): TrustedEntity {
  switch (way) {
    case "account":
      return {
        kind: way,
        accountId: choices.another ? choices.otherAccount : ownAccount,
        externalId: choices.needsExternalId ? choices.externalId : undefined,
        mfa: choices.needsMfa,
      };
    case "service":
      return { kind: way, service: choices.service };
    case "web-identity":
      return {
        kind: way,
        providerArn: choices.providerArn,
        audience: choices.audience,
        subject: choices.subject || undefined,
      };
  }
}

/** The role that was asked for. */
export function newRole(choices: Choices, ownAccount: string): NewRole {
  return {
    name: choices.name,
    description: choices.description,
    maxSessionDuration: choices.maxSessionDuration,
    trustPolicy: chosenTrust(choices, ownAccount),
    service: choices.way === "service" ? choices.service : undefined,
    policyArns: choices.policies.map(({ Arn = "" }) => Arn),
    boundaryArn: choices.bounded ? choices.boundary[0]?.Arn : undefined,
    tags: choices.tags,
  };
}

/** What the steps are given: what was chosen so far, and whether somebody tried to go on too early. */
export type StepProps = {
  choices: Choices;
  incomplete: boolean;
  onChange: (change: Partial<Choices>) => void;
};
