/** The policies of a user or a user group: attached and inline, one set of verbs for both. */
import {
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserPolicyCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { iam } from "../api/iam.ts";
import { attachedToGroup, inlineOfGroup } from "./groups.ts";
import { policyType, shownDocument } from "./policies.ts";
import { attachedTo, groupsOf, inlineOf } from "./users.ts";

export type Entity = { kind: "user" | "group"; name: string };

/** A policy of an entity; inline ones have no ARN. `via` names the group that a user has it from. */
export type Permission = { name: string; type: string; arn: string | undefined; via: string | undefined };

export async function permissionsOf({ kind, name }: Entity): Promise<Permission[]> {
  if (kind === "group") return groupPermissions(name, undefined);
  const [attached, inline, groups] = await Promise.all([attachedTo(name), inlineOf(name), groupsOf(name)]);
  const inherited = await Promise.all(
    groups.map(({ GroupName = "" }) => groupPermissions(GroupName, GroupName)),
  );
  return [...rows(attached, inline, undefined), ...inherited.flat()];
}

async function groupPermissions(name: string, via: string | undefined): Promise<Permission[]> {
  const [attached, inline] = await Promise.all([attachedToGroup(name), inlineOfGroup(name)]);
  return rows(attached, inline, via);
}

type Attached = { PolicyName?: string; PolicyArn?: string };

function rows(attached: Attached[], inline: string[], via: string | undefined): Permission[] {
  return [
    ...attached.map(({ PolicyName = "", PolicyArn: arn }) => ({
      name: PolicyName,
      type: policyType(arn),
      arn,
      via,
    })),
    ...inline.map((name) => ({ name, type: "Customer inline", arn: undefined, via })),
  ];
}

export async function attach({ kind, name }: Entity, PolicyArn: string): Promise<void> {
  if (kind === "user") await iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn }));
  else await iam.send(new AttachGroupPolicyCommand({ GroupName: name, PolicyArn }));
}

/** Takes a policy away: detaches a managed one, deletes an inline one. */
export async function remove({ kind, name }: Entity, { arn, name: PolicyName }: Permission): Promise<void> {
  if (kind === "user") {
    const UserName = name;
    if (arn) await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn: arn }));
    else await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
  } else {
    const GroupName = name;
    if (arn) await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn: arn }));
    else await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }));
  }
}

export async function putInline({ kind, name }: Entity, PolicyName: string, document: string): Promise<void> {
  const input = { PolicyName, PolicyDocument: document };
  if (kind === "user") await iam.send(new PutUserPolicyCommand({ UserName: name, ...input }));
  else await iam.send(new PutGroupPolicyCommand({ GroupName: name, ...input }));
}

export async function inlineDocument({ kind, name }: Entity, PolicyName: string): Promise<string> {
  const { PolicyDocument = "" } =
    kind === "user"
      ? await iam.send(new GetUserPolicyCommand({ UserName: name, PolicyName }))
      : await iam.send(new GetGroupPolicyCommand({ GroupName: name, PolicyName }));
  return shownDocument(PolicyDocument);
}

/** The document of a managed policy's version in force. */
export async function managedDocument(PolicyArn: string): Promise<string> {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const input = { PolicyArn, VersionId: policy?.DefaultVersionId };
  const { PolicyVersion: version } = await iam.send(new GetPolicyVersionCommand(input));
  return shownDocument(version?.Document ?? "");
}
