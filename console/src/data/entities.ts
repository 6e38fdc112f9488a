/** Users, user groups and roles as holders of policies, tags and boundaries: one set of verbs for all of them. */
import {
  type AttachedPolicy,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateListAttachedGroupPolicies,
  paginateListAttachedRolePolicies,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListRolePolicies,
  paginateListUserPolicies,
} from "@aws-sdk/client-iam";
import { collectPages, iam } from "../api/iam.ts";
import { shownDocument } from "./documents.ts";

export type Kind = "user" | "group" | "role";
export type Entity = { kind: Kind; name: string };

type Attached = { AttachedPolicies?: AttachedPolicy[] };
type Inline = { PolicyNames?: string[] };

type Verbs = {
  attached: (name: string) => AsyncIterable<Attached>;
  inline: (name: string) => AsyncIterable<Inline>;
  attach: (name: string, policyArn: string) => Promise<unknown>;
  detach: (name: string, policyArn: string) => Promise<unknown>;
  get: (name: string, policyName: string) => Promise<{ PolicyDocument: string | undefined }>;
  put: (name: string, policyName: string, document: string) => Promise<unknown>;
  delete: (name: string, policyName: string) => Promise<unknown>;
};

const client = iam;

const VERBS: Readonly<Record<Kind, Verbs>> = {
  user: {
    attached: (UserName) => paginateListAttachedUserPolicies({ client }, { UserName }),
    inline: (UserName) => paginateListUserPolicies({ client }, { UserName }),
    attach: (UserName, PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (UserName, PolicyArn) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    get: (UserName, PolicyName) => iam.send(new GetUserPolicyCommand({ UserName, PolicyName })),
    put: (UserName, PolicyName, PolicyDocument) =>
      iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
    delete: (UserName, PolicyName) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
  },
  group: {
    attached: (GroupName) => paginateListAttachedGroupPolicies({ client }, { GroupName }),
    inline: (GroupName) => paginateListGroupPolicies({ client }, { GroupName }),
    attach: (GroupName, PolicyArn) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    detach: (GroupName, PolicyArn) => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
    get: (GroupName, PolicyName) => iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName })),
    put: (GroupName, PolicyName, PolicyDocument) =>
      iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument })),
    delete: (GroupName, PolicyName) => iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
  },
  role: {
    attached: (RoleName) => paginateListAttachedRolePolicies({ client }, { RoleName }),
    inline: (RoleName) => paginateListRolePolicies({ client }, { RoleName }),
    attach: (RoleName, PolicyArn) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (RoleName, PolicyArn) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    get: (RoleName, PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
    put: (RoleName, PolicyName, PolicyDocument) =>
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    delete: (RoleName, PolicyName) => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
  },
};

export function attachedTo({ kind, name }: Entity): Promise<AttachedPolicy[]> {
  return collectPages(VERBS[kind].attached(name), (page) => page.AttachedPolicies);
}

export function inlineOf({ kind, name }: Entity): Promise<string[]> {
  return collectPages(VERBS[kind].inline(name), (page) => page.PolicyNames);
}

export async function attach({ kind, name }: Entity, policyArn: string): Promise<void> {
  await VERBS[kind].attach(name, policyArn);
}

export async function detach({ kind, name }: Entity, policyArn: string): Promise<void> {
  await VERBS[kind].detach(name, policyArn);
}

export async function inlineDocument({ kind, name }: Entity, policyName: string): Promise<string> {
  return shownDocument((await VERBS[kind].get(name, policyName)).PolicyDocument ?? "");
}

export async function putInline({ kind, name }: Entity, policyName: string, document: string): Promise<void> {
  await VERBS[kind].put(name, policyName, document);
}

export async function deleteInline({ kind, name }: Entity, policyName: string): Promise<void> {
  await VERBS[kind].delete(name, policyName);
}

/** Takes all policies away, which would keep the entity from being deleted. */
export async function clearPolicies(entity: Entity): Promise<void> {
  for (const { PolicyArn = "" } of await attachedTo(entity)) await detach(entity, PolicyArn);
  for (const policyName of await inlineOf(entity)) await deleteInline(entity, policyName);
}
