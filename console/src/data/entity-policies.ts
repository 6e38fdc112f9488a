/** Attached and inline policies of users, user groups and roles, through one set of functions. */
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
import { decodeDocument } from "./policy-documents.ts";

export type EntityKind = "user" | "group" | "role";
export type Entity = { kind: EntityKind; name: string };

type AttachedPage = { AttachedPolicies?: AttachedPolicy[] };
type InlinePage = { PolicyNames?: string[] };

type PolicyOperations = {
  listAttached: (name: string) => AsyncIterable<AttachedPage>;
  listInline: (name: string) => AsyncIterable<InlinePage>;
  attach: (name: string, policyArn: string) => Promise<unknown>;
  detach: (name: string, policyArn: string) => Promise<unknown>;
  get: (name: string, policyName: string) => Promise<{ PolicyDocument: string | undefined }>;
  put: (name: string, policyName: string, document: string) => Promise<unknown>;
  delete: (name: string, policyName: string) => Promise<unknown>;
};

const client = iam;

const OPERATIONS: Readonly<Record<EntityKind, PolicyOperations>> = {
  user: {
    listAttached: (UserName) => paginateListAttachedUserPolicies({ client }, { UserName }),
    listInline: (UserName) => paginateListUserPolicies({ client }, { UserName }),
    attach: (UserName, PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (UserName, PolicyArn) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    get: (UserName, PolicyName) => iam.send(new GetUserPolicyCommand({ UserName, PolicyName })),
    put: (UserName, PolicyName, PolicyDocument) =>
      iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
    delete: (UserName, PolicyName) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
  },
  group: {
    listAttached: (GroupName) => paginateListAttachedGroupPolicies({ client }, { GroupName }),
    listInline: (GroupName) => paginateListGroupPolicies({ client }, { GroupName }),
    attach: (GroupName, PolicyArn) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    detach: (GroupName, PolicyArn) => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
    get: (GroupName, PolicyName) => iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName })),
    put: (GroupName, PolicyName, PolicyDocument) =>
      iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument })),
    delete: (GroupName, PolicyName) => iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
  },
  role: {
    listAttached: (RoleName) => paginateListAttachedRolePolicies({ client }, { RoleName }),
    listInline: (RoleName) => paginateListRolePolicies({ client }, { RoleName }),
    attach: (RoleName, PolicyArn) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (RoleName, PolicyArn) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    get: (RoleName, PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
    put: (RoleName, PolicyName, PolicyDocument) =>
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    delete: (RoleName, PolicyName) => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
  },
};

export function listAttachedPolicies({ kind, name }: Entity): Promise<AttachedPolicy[]> {
  return collectPages(OPERATIONS[kind].listAttached(name), (page) => page.AttachedPolicies);
}

export function listInlinePolicies({ kind, name }: Entity): Promise<string[]> {
  return collectPages(OPERATIONS[kind].listInline(name), (page) => page.PolicyNames);
}

export async function attachPolicy({ kind, name }: Entity, policyArn: string): Promise<void> {
  await OPERATIONS[kind].attach(name, policyArn);
}

export async function detachPolicy({ kind, name }: Entity, policyArn: string): Promise<void> {
  await OPERATIONS[kind].detach(name, policyArn);
}

export async function getInlinePolicy({ kind, name }: Entity, policyName: string): Promise<string> {
  return decodeDocument((await OPERATIONS[kind].get(name, policyName)).PolicyDocument ?? "");
}

export async function putInlinePolicy(
  { kind, name }: Entity,
  policyName: string,
  document: string,
): Promise<void> {
  await OPERATIONS[kind].put(name, policyName, document);
}

export async function deleteInlinePolicy({ kind, name }: Entity, policyName: string): Promise<void> {
  await OPERATIONS[kind].delete(name, policyName);
}

/** Detaches and deletes all policies: an entity that has any cannot be deleted. */
export async function removeAllPolicies(entity: Entity): Promise<void> {
  for (const { PolicyArn = "" } of await listAttachedPolicies(entity)) await detachPolicy(entity, PolicyArn);
  for (const policyName of await listInlinePolicies(entity)) await deleteInlinePolicy(entity, policyName);
}
