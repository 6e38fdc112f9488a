/** Tags of whatever has them. */
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

type Verbs = {
  put: (Tags: Tag[]) => Promise<unknown>;
  remove: (TagKeys: string[]) => Promise<unknown>;
};

/** What has tags; an OpenID Connect provider goes by its ARN. */
export type Tagged = { kind: "user" | "role" | "provider"; name: string };

/** Sets what is there now, and takes away the keys that are not. */
export async function saveTags(of: Tagged, before: readonly Tag[], tags: readonly Tag[]): Promise<void> {
  const verbs = verbsOf(of);
  const kept = new Set(tags.map(({ Key = "" }) => Key.toLowerCase()));
  const gone = before.map(({ Key = "" }) => Key).filter((key) => !kept.has(key.toLowerCase()));
  if (gone.length > 0) await verbs.remove(gone);
  if (tags.length > 0) await verbs.put([...tags]);
}

function verbsOf({ kind, name }: Tagged): Verbs {
  switch (kind) {
    case "user":
      return {
        put: (Tags) => iam.send(new TagUserCommand({ UserName: name, Tags })),
        remove: (TagKeys) => iam.send(new UntagUserCommand({ UserName: name, TagKeys })),
      };
    case "role":
      return {
        put: (Tags) => iam.send(new TagRoleCommand({ RoleName: name, Tags })),
        remove: (TagKeys) => iam.send(new UntagRoleCommand({ RoleName: name, TagKeys })),
      };
    case "provider": {
      const provider = { OpenIDConnectProviderArn: name };
      return {
        put: (Tags) => iam.send(new TagOpenIDConnectProviderCommand({ ...provider, Tags })),
        remove: (TagKeys) => iam.send(new UntagOpenIDConnectProviderCommand({ ...provider, TagKeys })),
      };
    }
  }
}

/** Tags that were begun but have no key are none; a request says nothing of tags where there are none. */
export function newTags(tags: readonly KeyValue[]): Tag[] | undefined {
  const named = tags.filter(({ Key }) => Key !== "");
  return named.length > 0 ? named.map(({ Key, Value }) => ({ Key, Value })) : undefined;
}
