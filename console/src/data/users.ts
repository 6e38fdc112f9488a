/** IAM users and what belongs to them. */
import {
  AddUserToGroupCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  type Group,
  type LoginProfile,
  paginateListAccessKeys,
  paginateListGroupsForUser,
  paginateListUsers,
  RemoveUserFromGroupCommand,
  type User,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { collectPages, iam } from "../api/iam.ts";
import { deleteBoundary } from "./boundaries.ts";
import { attach, clearPolicies } from "./entities.ts";
import { listDevices, removeDevice } from "./mfa.ts";
import { failuresOf } from "./steps.ts";
import { type KeyValue, newTags } from "./tags.ts";

const client = iam;

export function listUsers(): Promise<User[]> {
  return collectPages(paginateListUsers({ client, pageSize: 1000 }, {}), (page) => page.Users);
}

export async function getUser(name: string): Promise<User> {
  const { User: user } = await iam.send(new GetUserCommand({ UserName: name }));
  if (user === undefined) throw new ApiError("NoSuchEntity", `There is no user ${name}.`);
  return user;
}

/** The console password's profile; null when the user has none. */
export async function getLoginProfile(name: string): Promise<LoginProfile | null> {
  try {
    const { LoginProfile: profile } = await iam.send(new GetLoginProfileCommand({ UserName: name }));
    return profile ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.code === "NoSuchEntity") return null;
    throw error;
  }
}

export function groupsOf(name: string): Promise<Group[]> {
  return collectPages(paginateListGroupsForUser({ client }, { UserName: name }), (page) => page.Groups);
}

export function keysOf(name: string | undefined) {
  return collectPages(
    paginateListAccessKeys({ client }, { UserName: name }),
    (page) => page.AccessKeyMetadata,
  );
}

export type NewUser = {
  name: string;
  password: string | undefined;
  mustChange: boolean;
  groups: readonly string[];
  policyArns: readonly string[];
  tags: readonly KeyValue[];
};

/**
 * Creates a user with all that was chosen. Once the user exists, what fails is gathered and told rather than thrown:
 * the rest still holds.
 */
export async function createUser(user: NewUser): Promise<ApiError[]> {
  const UserName = user.name;
  await iam.send(new CreateUserCommand({ UserName, Tags: newTags(user.tags) }));
  const steps: (() => Promise<unknown>)[] = [
    ...user.groups.map((GroupName) => () => iam.send(new AddUserToGroupCommand({ UserName, GroupName }))),
    ...user.policyArns.map((arn) => () => attach({ kind: "user", name: UserName }, arn)),
  ];
  const { password, mustChange } = user;
  if (password !== undefined) {
    const profile = { UserName, Password: password, PasswordResetRequired: mustChange };
    steps.unshift(() => iam.send(new CreateLoginProfileCommand(profile)));
  }
  return failuresOf(steps);
}

/** Deletes a user, and first all that would keep it: as AWS's console does. */
export async function deleteUser(name: string): Promise<void> {
  const UserName = name;
  for (const { AccessKeyId } of await keysOf(name)) {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  }
  if ((await getLoginProfile(name)) !== null) await iam.send(new DeleteLoginProfileCommand({ UserName }));
  const owner = { userName: name, own: false };
  for (const { SerialNumber } of await listDevices(owner)) await removeDevice(owner, SerialNumber ?? "");
  for (const { GroupName } of await groupsOf(name)) {
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
  }
  await clearPolicies({ kind: "user", name });
  if ((await getUser(name)).PermissionsBoundary !== undefined) await deleteBoundary({ kind: "user", name });
  await iam.send(new DeleteUserCommand({ UserName }));
}
