/** Access keys of whoever they are of: the root user has no user name. */
import {
  type AccessKey,
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type StatusType,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";
import type { Owner } from "./mfa.ts";
import { keysOf } from "./users.ts";

export const MOST_KEYS = 2;

export type KeyInUse = AccessKeyMetadata & { lastUsed: Date | undefined };

/** Somebody's keys, and when each was used last where the caller may know. */
export async function listKeys(owner: Owner): Promise<KeyInUse[]> {
  const keys = await keysOf(nameFor(owner));
  return Promise.all(keys.map(async (key) => ({ ...key, lastUsed: await lastUsed(key.AccessKeyId) })));
}

async function lastUsed(keyId: string | undefined): Promise<Date | undefined> {
  try {
    const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: keyId }));
    return AccessKeyLastUsed?.LastUsedDate;
  } catch (error) {
    if (error instanceof ApiError) return undefined; // the key is listed all the same
    throw error;
  }
}

export async function createKey(owner: Owner): Promise<AccessKey> {
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: nameFor(owner) }));
  if (key === undefined) throw new ApiError("UnknownError", "The server returned no access key.");
  return key;
}

export async function setKeyStatus(owner: Owner, keyId: string, status: StatusType): Promise<void> {
  const input = { UserName: nameFor(owner), AccessKeyId: keyId, Status: status };
  await iam.send(new UpdateAccessKeyCommand(input));
}

export async function deleteKey(owner: Owner, keyId: string): Promise<void> {
  await iam.send(new DeleteAccessKeyCommand({ UserName: nameFor(owner), AccessKeyId: keyId }));
}

/** One's own keys are asked for without a name, which works for the root user too. */
function nameFor(owner: Owner): string | undefined {
  return owner.own ? undefined : owner.userName;
}
