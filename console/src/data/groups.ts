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
import { collectErrors } from "./collect-errors.ts";
import { requireConfirmation } from "./confirmation.ts";
import { attachPolicy, removeAllPolicies } from "./entity-policies.ts";

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
  if (group === undefined) throw new ApiError("NoSuchEntity", `The user group ${name} does not exist.`);
  return { group, users };
}

/** Creates a group, then attaches its policies and adds its users; returns the errors of these, which undo nothing. */
export async function createGroup(
  name: string,
  userNames: readonly string[],
  policyArns: readonly string[],
): Promise<ApiError[]> {
  const GroupName = name;
  const steps: (() => Promise<unknown>)[] = [
    ...policyArns.map((arn) => () => attachPolicy({ kind: "group", name }, arn)),
    ...userNames.map((UserName) => () => iam.send(new AddUserToGroupCommand({ GroupName, UserName }))),
  ];
  if (steps.length > 0) await requireConfirmation();
  await iam.send(new CreateGroupCommand({ GroupName }));
  return collectErrors(steps);
}

/** Deletes a group, after its users and policies have been removed. */
export async function deleteGroup(name: string): Promise<void> {
  const GroupName = name;
  for (const { UserName } of (await getGroup(name)).users) {
    await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
  }
  await removeAllPolicies({ kind: "group", name });
  await iam.send(new DeleteGroupCommand({ GroupName }));
}
