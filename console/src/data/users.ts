/** IAM users, with their login profiles, groups and access keys. */
import {
  AddUserToGroupCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteUserCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  type Group,
  ListServiceSpecificCredentialsCommand,
  type LoginProfile,
  paginateListAccessKeys,
  paginateListGroupsForUser,
  paginateListUsers,
  RemoveUserFromGroupCommand,
  type User,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { collectPages, iam } from "../api/iam.ts";
import { collectErrors } from "./collect-errors.ts";
import { requireConfirmation } from "./confirmation.ts";
import { attachPolicy, removeAllPolicies } from "./entity-policies.ts";
import { listMfaDevices, removeMfaDevice } from "./mfa.ts";
import { deletePermissionsBoundary } from "./permissions-boundaries.ts";
import { type KeyValue, tagsInput } from "./tags.ts";

const client = iam;

export function listUsers(): Promise<User[]> {
  return collectPages(paginateListUsers({ client, pageSize: 1000 }, {}), (page) => page.Users);
}

export async function getUser(name: string): Promise<User> {
  const { User: user } = await iam.send(new GetUserCommand({ UserName: name }));
  if (user === undefined) throw new ApiError("NoSuchEntity", `The user ${name} does not exist.`);
  return user;
}

/** The user's login profile; null if the user has no console password. */
export async function getLoginProfile(name: string): Promise<LoginProfile | null> {
  try {
    const { LoginProfile: profile } = await iam.send(new GetLoginProfileCommand({ UserName: name }));
    return profile ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.code === "NoSuchEntity") return null;
    throw error;
  }
}

export function listGroupsForUser(name: string): Promise<Group[]> {
  return collectPages(paginateListGroupsForUser({ client }, { UserName: name }), (page) => page.Groups);
}

export function listAccessKeyMetadata(name: string | undefined) {
  return collectPages(
    paginateListAccessKeys({ client }, { UserName: name }),
    (page) => page.AccessKeyMetadata,
  );
}

export type NewUser = {
  name: string;
  password: string | undefined;
  resetRequired: boolean;
  groups: readonly string[];
  policyArns: readonly string[];
  tags: readonly KeyValue[];
};

/** Creates a user, then its password, groups and policies; returns the errors of these, which undo nothing. */
export async function createUser(user: NewUser): Promise<ApiError[]> {
  const UserName = user.name;
  const steps: (() => Promise<unknown>)[] = [
    ...user.groups.map((GroupName) => () => iam.send(new AddUserToGroupCommand({ UserName, GroupName }))),
    ...user.policyArns.map((arn) => () => attachPolicy({ kind: "user", name: UserName }, arn)),
  ];
  const { password, resetRequired } = user;
  if (password !== undefined) {
    const profile = { UserName, Password: password, PasswordResetRequired: resetRequired };
    steps.unshift(() => iam.send(new CreateLoginProfileCommand(profile)));
  }
  if (steps.length > 0) await requireConfirmation();
  await iam.send(new CreateUserCommand({ UserName, Tags: tagsInput(user.tags) }));
  return collectErrors(steps);
}

/** Deletes a user, after its credentials, groups and policies have been removed, as the AWS console does. */
export async function deleteUser(name: string): Promise<void> {
  const UserName = name;
  await requireConfirmation();
  for (const { AccessKeyId } of await listAccessKeyMetadata(name)) {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  }
  for (const ServiceSpecificCredentialId of await listServiceCredentialIds(name)) {
    await iam.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }));
  }
  if ((await getLoginProfile(name)) !== null) await iam.send(new DeleteLoginProfileCommand({ UserName }));
  const owner = { userName: name, isCurrentUser: false };
  for (const { SerialNumber } of await listMfaDevices(owner))
    await removeMfaDevice(owner, SerialNumber ?? "");
  for (const { GroupName } of await listGroupsForUser(name)) {
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
  }
  await removeAllPolicies({ kind: "user", name });
  if ((await getUser(name)).PermissionsBoundary !== undefined)
    await deletePermissionsBoundary({ kind: "user", name });
  await iam.send(new DeleteUserCommand({ UserName }));
}

/** The IDs of a user's service-specific credentials; all fit on one page, with a quota of two for each service. */
async function listServiceCredentialIds(name: string): Promise<(string | undefined)[]> {
  const reply = await iam.send(new ListServiceSpecificCredentialsCommand({ UserName: name }));
  return (reply.ServiceSpecificCredentials ?? []).map((credential) => credential.ServiceSpecificCredentialId);
}
