/** IAM roles, with their trust policies, instance profiles and sessions. */
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
import { collectErrors } from "./collect-errors.ts";
import { requireConfirmation } from "./confirmation.ts";
import { attachPolicy, getInlinePolicy, putInlinePolicy, removeAllPolicies } from "./entity-policies.ts";
import { decodeDocument } from "./policy-documents.ts";
import { REVOCATION_POLICY_NAME, revocationPolicy, revocationTime } from "./session-revocation.ts";
import { type KeyValue, tagsInput } from "./tags.ts";

const client = iam;

const EC2 = "ec2.amazonaws.com";

export function listRoles(): Promise<Role[]> {
  return collectPages(paginateListRoles({ client, pageSize: 1000 }, {}), (page) => page.Roles);
}

export async function getRole(name: string): Promise<Role> {
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: name }));
  if (role === undefined) throw new ApiError("NoSuchEntity", `The role ${name} does not exist.`);
  return role;
}

export function decodeTrustPolicy({ AssumeRolePolicyDocument = "" }: Role): string {
  return decodeDocument(AssumeRolePolicyDocument);
}

/** Whether a role is service-linked, and only its service may change it. */
export function isServiceLinked({ Path = "" }: Pick<Role, "Path">): boolean {
  return Path.startsWith("/aws-service-role/");
}

export function listInstanceProfiles(name: string): Promise<InstanceProfile[]> {
  const pages = paginateListInstanceProfilesForRole({ client }, { RoleName: name });
  return collectPages(pages, (page) => page.InstanceProfiles);
}

export type NewRole = {
  name: string;
  description: string;
  maxSessionDuration: number;
  trustPolicy: string;
  /** The trusted service, if the role trusts one. */
  service: string | undefined;
  policyArns: readonly string[];
  boundaryArn: string | undefined;
  tags: readonly KeyValue[];
};

/**
 * Creates a role, then attaches its policies; returns the errors of these, which undo nothing. As in the AWS console, a
 * role for EC2 gets an instance profile of the same name.
 */
export async function createRole(role: NewRole): Promise<ApiError[]> {
  const { name } = role;
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      Description: role.description || undefined,
      MaxSessionDuration: role.maxSessionDuration,
      AssumeRolePolicyDocument: role.trustPolicy,
      PermissionsBoundary: role.boundaryArn,
      Tags: tagsInput(role.tags),
    }),
  );
  const steps = role.policyArns.map((arn) => () => attachPolicy({ kind: "role", name }, arn));
  return collectErrors(role.service === EC2 ? [...steps, () => createInstanceProfile(name)] : steps);
}

async function createInstanceProfile(name: string): Promise<void> {
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
}

/** Saves a role's description and maximum session duration; `undefined` leaves the duration unchanged. */
export async function updateRole(
  name: string,
  description: string,
  maxSessionDuration: number | undefined,
): Promise<void> {
  const input = { RoleName: name, Description: description, MaxSessionDuration: maxSessionDuration };
  await iam.send(new UpdateRoleCommand(input));
}

export async function updateTrustPolicy(name: string, document: string): Promise<void> {
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: document }));
}

/** Deletes a role, after its policies and instance profiles have been removed, as the AWS console does. */
export async function deleteRole(role: Role): Promise<void> {
  const name = role.RoleName ?? "";
  if (isServiceLinked(role)) {
    await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: name }));
    return;
  }
  await requireConfirmation();
  for (const { InstanceProfileName } of await listInstanceProfiles(name)) {
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: name }));
    // The instance profile of the same name was created with the role and is deleted with it.
    if (InstanceProfileName === name) {
      await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    }
  }
  await removeAllPolicies({ kind: "role", name });
  await iam.send(new DeleteRoleCommand({ RoleName: name }));
}

/** Revokes all existing sessions of a role. */
export async function revokeSessions(name: string): Promise<void> {
  await putInlinePolicy({ kind: "role", name }, REVOCATION_POLICY_NAME, revocationPolicy(serverNow()));
}

/** The time before which a role's sessions are revoked; undefined if none are. */
export async function getRevocationTime(name: string): Promise<Date | undefined> {
  try {
    return revocationTime(await getInlinePolicy({ kind: "role", name }, REVOCATION_POLICY_NAME));
  } catch (error) {
    if (error instanceof ApiError && error.code === "NoSuchEntity") return undefined;
    throw error;
  }
}
