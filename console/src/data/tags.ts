/** Tags of users, roles and identity providers. */
import {
  type Tag,
  TagOpenIDConnectProviderCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagOpenIDConnectProviderCommand,
  UntagRoleCommand,
  UntagUserCommand,
} from "@aws-sdk/client-iam";
import { iam } from "../api/iam.ts";

export type KeyValue = Required<Tag>;

type TagOperations = {
  tag: (Tags: Tag[]) => Promise<unknown>;
  untag: (TagKeys: string[]) => Promise<unknown>;
};

/** A resource that has tags; the name of an identity provider is its ARN. */
export type TaggedResource = { kind: "user" | "role" | "provider"; name: string };

/** Saves the tags of a resource, and removes those that are no longer among them. */
export async function saveTags(
  resource: TaggedResource,
  oldTags: readonly Tag[],
  tags: readonly Tag[],
): Promise<void> {
  const operations = tagOperations(resource);
  const newKeys = new Set(tags.map(({ Key = "" }) => Key.toLowerCase()));
  const removedKeys = oldTags.map(({ Key = "" }) => Key).filter((key) => !newKeys.has(key.toLowerCase()));
  if (removedKeys.length > 0) await operations.untag(removedKeys);
  if (tags.length > 0) await operations.tag([...tags]);
}

function tagOperations({ kind, name }: TaggedResource): TagOperations {
  switch (kind) {
    case "user":
      return {
        tag: (Tags) => iam.send(new TagUserCommand({ UserName: name, Tags })),
        untag: (TagKeys) => iam.send(new UntagUserCommand({ UserName: name, TagKeys })),
      };
    case "role":
      return {
        tag: (Tags) => iam.send(new TagRoleCommand({ RoleName: name, Tags })),
        untag: (TagKeys) => iam.send(new UntagRoleCommand({ RoleName: name, TagKeys })),
      };
    case "provider": {
      const provider = { OpenIDConnectProviderArn: name };
      return {
        tag: (Tags) => iam.send(new TagOpenIDConnectProviderCommand({ ...provider, Tags })),
        untag: (TagKeys) => iam.send(new UntagOpenIDConnectProviderCommand({ ...provider, TagKeys })),
      };
    }
  }
}

/** The tags for a request, without those that have no key; undefined if there are none. */
export function tagsInput(tags: readonly KeyValue[]): Tag[] | undefined {
  const complete = tags.filter(({ Key }) => Key !== "");
  return complete.length > 0 ? complete.map(({ Key, Value }) => ({ Key, Value })) : undefined;
}
