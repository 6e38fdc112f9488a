/** IAM users and what belongs to them. */
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  type Group,
  type LoginProfile,
  paginateListAccessKeys,
  paginateListAttachedUserPolicies,
  paginateListGroupsForUser,
  paginateListUserPolicies,
  paginateListUsers,
  RemoveUserFromGroupCommand,
  type Tag,
  type User,
} from "@aws-sdk/client-iam";
import { Failure } from "../api/failure.ts";
import { all, iam } from "../api/iam.ts";
import { listDevices, removeDevice } from "./mfa.ts";

const client = iam;

export function listUsers(): Promise<User[]> {
  return all(paginateListUsers({ client, pageSize: 1000 }, {}), (page) => page.Users);
}

export async function getUser(name: string): Promise<User> {
  const { User: user } = await iam.send(new GetUserCommand({ UserName: name }));
  if (user === undefined) throw new Failure("NoSuchEntity", `There is no user ${name}.`);
  return user;
}

/** The console password's profile; null when the user has none. */
export async function getLoginProfile(name: string): Promise<LoginProfile | null> {
  try {
    const { LoginProfile: profile } = await iam.send(new GetLoginProfileCommand({ UserName: name }));
    return profile ?? null;
  } catch (error) {
    if (error instanceof Failure && error.code === "NoSuchEntity") return null;
    throw error;
  }
}

export function groupsOf(name: string): Promise<Group[]> {
  return all(paginateListGroupsForUser({ client }, { UserName: name }), (page) => page.Groups);
}

export function attachedTo(name: string) {
  return all(
    paginateListAttachedUserPolicies({ client }, { UserName: name }),
    (page) => page.AttachedPolicies,
  );
}

export function inlineOf(name: string): Promise<string[]> {
  return all(paginateListUserPolicies({ client }, { UserName: name }), (page) => page.PolicyNames);
}

export function keysOf(name: string | undefined) {
  return all(paginateListAccessKeys({ client }, { UserName: name }), (page) => page.AccessKeyMetadata);
}

export type NewUser = {
  name: string;
  password: string | undefined;
  mustChange: boolean;
  groups: readonly string[];
  policyArns: readonly string[];
  tags: Tag[];
};

/**
 * Creates a user with all that was chosen. Once the user exists, what fails is gathered and told rather than thrown:
 * the rest still holds.
 */
export async function createUser(user: NewUser): Promise<Failure[]> {
  const UserName = user.name;
  await iam.send(new CreateUserCommand({ UserName, Tags: user.tags.length > 0 ? user.tags : undefined }));
  const steps: (() => Promise<unknown>)[] = [
    ...user.groups.map((GroupName) => () => iam.send(new AddUserToGroupCommand({ UserName, GroupName }))),
    ...user.policyArns.map(
      (PolicyArn) => () => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    ),
  ];
  const { password, mustChange } = user;
  if (password !== undefined) {
    const profile = { UserName, Password: password, PasswordResetRequired: mustChange };
    steps.unshift(() => iam.send(new CreateLoginProfileCommand(profile)));
  }
  return failuresOf(steps);
}

/** Runs steps in order, whatever becomes of each; returns what failed. */
export async function failuresOf(steps: readonly (() => Promise<unknown>)[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const step of steps) {
    await step().catch((error) => {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
    });
  }
  return failures;
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
  for (const { PolicyArn } of await attachedTo(name)) {
    await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
  }
  for (const PolicyName of await inlineOf(name)) {
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
  }
  if ((await getUser(name)).PermissionsBoundary !== undefined) {
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName }));
  }
  await iam.send(new DeleteUserCommand({ UserName }));
}
