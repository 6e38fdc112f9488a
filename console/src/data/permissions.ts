/** The permissions policies of users, user groups and roles. */
import { GetPolicyCommand, GetPolicyVersionCommand } from "@aws-sdk/client-iam";
import { iam } from "../api/iam.ts";
import {
  deleteInlinePolicy,
  detachPolicy,
  type Entity,
  listAttachedPolicies,
  listInlinePolicies,
} from "./entity-policies.ts";
import { policyType } from "./policies.ts";
import { decodeDocument } from "./policy-documents.ts";
import { listGroupsForUser } from "./users.ts";

/** A policy of an entity. Inline policies have no ARN; `group` is the group that a user inherits the policy from. */
export type PermissionsPolicy = {
  name: string;
  type: string;
  arn: string | undefined;
  group: string | undefined;
};

/** The policies of an entity; for a user, also those of its groups. */
export async function listPermissions(entity: Entity): Promise<PermissionsPolicy[]> {
  const groups = entity.kind === "user" ? await listGroupsForUser(entity.name) : [];
  const fromGroups = groups.map(({ GroupName: name = "" }) =>
    listEntityPolicies({ kind: "group", name }, name),
  );
  return (await Promise.all([listEntityPolicies(entity, undefined), ...fromGroups])).flat();
}

async function listEntityPolicies(entity: Entity, group: string | undefined): Promise<PermissionsPolicy[]> {
  const [attached, inline] = await Promise.all([listAttachedPolicies(entity), listInlinePolicies(entity)]);
  return [
    ...attached.map(({ PolicyName: name = "", PolicyArn: arn }) => ({
      name,
      type: policyType(arn),
      arn,
      group,
    })),
    ...inline.map((name) => ({ name, type: "Customer inline", arn: undefined, group })),
  ];
}

/** Detaches a managed policy, or deletes an inline one. */
export async function removePolicy(entity: Entity, { arn, name }: PermissionsPolicy): Promise<void> {
  if (arn) await detachPolicy(entity, arn);
  else await deleteInlinePolicy(entity, name);
}

/** The document of a managed policy's default version. */
export async function getManagedPolicyDocument(PolicyArn: string): Promise<string> {
  const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const input = { PolicyArn, VersionId: policy?.DefaultVersionId };
  const { PolicyVersion: version } = await iam.send(new GetPolicyVersionCommand(input));
  return decodeDocument(version?.Document ?? "");
}
