/** What a user, a user group or a role may do: its policies, attached and inline. */
import { GetPolicyCommand, GetPolicyVersionCommand } from "@aws-sdk/client-iam";
import { iam } from "../api/iam.ts";
import { shownDocument } from "./documents.ts";
import { attachedTo, deleteInline, detach, type Entity, inlineOf } from "./entities.ts";
import { policyType } from "./policies.ts";
import { groupsOf } from "./users.ts";

/** A policy of an entity; inline ones have no ARN. `via` names the group that a user has it from. */
export type Permission = { name: string; type: string; arn: string | undefined; via: string | undefined };

/** The policies of an entity; those of a user's groups as well. */
export async function permissionsOf(entity: Entity): Promise<Permission[]> {
  const groups = entity.kind === "user" ? await groupsOf(entity.name) : [];
  const inherited = groups.map(({ GroupName: name = "" }) => held({ kind: "group", name }, name));
  return (await Promise.all([held(entity, undefined), ...inherited])).flat();
}

async function held(entity: Entity, via: string | undefined): Promise<Permission[]> {
  const [attached, inline] = await Promise.all([attachedTo(entity), inlineOf(entity)]);
  return [
    ...attached.map(({ PolicyName: name = "", PolicyArn: arn }) => ({
      name,
      type: policyType(arn),
      arn,
      via,
    })),
    ...inline.map((name) => ({ name, type: "Customer inline", arn: undefined, via })),
  ];
}

/** Takes a policy away: detaches a managed one, deletes an inline one. */
export async function remove(entity: Entity, { arn, name }: Permission): Promise<void> {
  if (arn) await detach(entity, arn);
  else await deleteInline(entity, name);
}

/** The document of a managed policy's version in force. */
export async function managedDocument(PolicyArn: string): Promise<string> {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const input = { PolicyArn, VersionId: policy?.DefaultVersionId };
  const { PolicyVersion: version } = await iam.send(new GetPolicyVersionCommand(input));
  return shownDocument(version?.Document ?? "");
}
