/** Roles and what belongs to them. */
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  type InstanceProfile,
  paginateListInstanceProfilesForRole,
  paginateListRoles,
  RemoveRoleFromInstanceProfileCommand,
  type Role,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { collectPages, iam } from "../api/iam.ts";
import { serverNow } from "../api/transport.ts";
import { shownDocument } from "./documents.ts";
import { attach, clearPolicies, inlineDocument, putInline } from "./entities.ts";
import { REVOKING_POLICY, revokedBefore, revokingDocument } from "./revoking.ts";
import { failuresOf } from "./steps.ts";
import { type KeyValue, newTags } from "./tags.ts";

const client = iam;

const EC2 = "ec2.amazonaws.com";

export function listRoles(): Promise<Role[]> {
  return collectPages(paginateListRoles({ client, pageSize: 1000 }, {}), (page) => page.Roles);
}

export async function getRole(name: string): Promise<Role> {
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: name }));
  if (role === undefined) throw new ApiError("NoSuchEntity", `There is no role ${name}.`);
  return role;
}

export function trustOf({ AssumeRolePolicyDocument = "" }: Role): string {
  return shownDocument(AssumeRolePolicyDocument);
}

/** Whether a role is a service's own, which only that service may change. */
export function isServiceLinked({ Path = "" }: Pick<Role, "Path">): boolean {
  return Path.startsWith("/aws-service-role/");
}

export function instanceProfilesOf(name: string): Promise<InstanceProfile[]> {
  const pages = paginateListInstanceProfilesForRole({ client }, { RoleName: name });
  return collectPages(pages, (page) => page.InstanceProfiles);
}

export type NewRole = {
  name: string;
  description: string;
  maxSessionDuration: number;
  trust: string;
  /** The service that is trusted, where it is one service. */
  service: string | undefined;
  policyArns: readonly string[];
  boundaryArn: string | undefined;
  tags: readonly KeyValue[];
};

/**
 * Creates a role; what then fails of its policies and its instance profile is returned, the rest still holds. A role
 * for EC2 gets an instance profile of its name, as from AWS's console.
 */
export async function createRole(role: NewRole): Promise<ApiError[]> {
  const { name } = role;
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      Description: role.description || undefined,
      MaxSessionDuration: role.maxSessionDuration,
      AssumeRolePolicyDocument: role.trust,
      PermissionsBoundary: role.boundaryArn,
      Tags: newTags(role.tags),
    }),
  );
  const steps = role.policyArns.map((arn) => () => attach({ kind: "role", name }, arn));
  return failuresOf(role.service === EC2 ? [...steps, () => createInstanceProfile(name)] : steps);
}

async function createInstanceProfile(name: string): Promise<void> {
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
}

/** Saves a role's description and how long its sessions may last; undefined leaves what is there. */
export async function updateRole(
  name: string,
  description: string,
  maxSessionDuration: number | undefined,
): Promise<void> {
  const input = { RoleName: name, Description: description, MaxSessionDuration: maxSessionDuration };
  await iam.send(new UpdateRoleCommand(input));
}

export async function putTrust(name: string, document: string): Promise<void> {
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: document }));
}

/** Deletes a role, and first all that would keep it: as AWS's console does. */
export async function deleteRole(role: Role): Promise<void> {
  const name = role.RoleName ?? "";
  if (isServiceLinked(role)) {
    await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: name }));
    return;
  }
  for (const { InstanceProfileName } of await instanceProfilesOf(name)) {
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: name }));
    // The one of its name came with it, and goes with it.
    if (InstanceProfileName === name) {
      await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    }
  }
  await clearPolicies({ kind: "role", name });
  await iam.send(new DeleteRoleCommand({ RoleName: name }));
}

/** Ends all that sessions of a role may do, for those that there are now. */
export async function revokeSessions(name: string): Promise<void> {
  await putInline({ kind: "role", name }, REVOKING_POLICY, revokingDocument(serverNow()));
}

/** Up to when a role's sessions were revoked; undefined where none were. */
export async function sessionsRevoked(name: string): Promise<Date | undefined> {
  try {
    return revokedBefore(await inlineDocument({ kind: "role", name }, REVOKING_POLICY));
  } catch (error) {
    if (error instanceof ApiError && error.code === "NoSuchEntity") return undefined;
    throw error;
  }
}
