/** User groups, their users and their policies. */
import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  type Group,
  paginateGetGroup,
  paginateListGroups,
  RemoveUserFromGroupCommand,
  type User,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { collectPages, iam } from "../api/iam.ts";
import { attach, clearPolicies } from "./entities.ts";
import { failuresOf } from "./steps.ts";

const client = iam;

export function listGroups(): Promise<Group[]> {
  return collectPages(paginateListGroups({ client, pageSize: 1000 }, {}), (page) => page.Groups);
}

export type GroupWithUsers = { group: Group; users: User[] };

export async function getGroup(name: string): Promise<GroupWithUsers> {
  let group: Group | undefined;
  const users = await collectPages(
    paginateGetGroup({ client, pageSize: 1000 }, { GroupName: name }),
    (page) => {
      group = page.Group;
      return page.Users;
    },
  );
  if (group === undefined) throw new ApiError("NoSuchEntity", `There is no user group ${name}.`);
  return { group, users };
}

/** Creates a group; what then fails of its users and policies is returned, the rest still holds. */
export async function createGroup(
  name: string,
  userNames: readonly string[],
  policyArns: readonly string[],
): Promise<ApiError[]> {
  const GroupName = name;
  await iam.send(new CreateGroupCommand({ GroupName }));
  return failuresOf([
    ...policyArns.map((arn) => () => attach({ kind: "group", name }, arn)),
    ...userNames.map((UserName) => () => iam.send(new AddUserToGroupCommand({ GroupName, UserName }))),
  ]);
}

/** Deletes a group, and first all that would keep it. */
export async function deleteGroup(name: string): Promise<void> {
  const GroupName = name;
  for (const { UserName } of (await getGroup(name)).users) {
    await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
  }
  await clearPolicies({ kind: "group", name });
  await iam.send(new DeleteGroupCommand({ GroupName }));
}
