/** Access keys of the root user and of IAM users. */
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
import type { CredentialOwner } from "./credential-owner.ts";
import { listAccessKeyMetadata } from "./users.ts";

export const MAX_ACCESS_KEYS = 2;

export type AccessKeyInfo = AccessKeyMetadata & { lastUsedDate: Date | undefined };

/** An owner's access keys, with the date of last use if the caller may read it. */
export async function listAccessKeys(owner: CredentialOwner): Promise<AccessKeyInfo[]> {
  const keys = await listAccessKeyMetadata(userNameInput(owner));
  return Promise.all(
    keys.map(async (key) => ({ ...key, lastUsedDate: await getLastUsedDate(key.AccessKeyId) })),
  );
}

async function getLastUsedDate(keyId: string | undefined): Promise<Date | undefined> {
  try {
    const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: keyId }));
    return AccessKeyLastUsed?.LastUsedDate;
  } catch (error) {
    if (error instanceof ApiError) return undefined; // list the key even so
    throw error;
  }
}

export async function createAccessKey(owner: CredentialOwner): Promise<AccessKey> {
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: userNameInput(owner) }));
  if (key === undefined) throw new ApiError("UnknownError", "The server did not return the access key.");
  return key;
}

export async function updateAccessKeyStatus(
  owner: CredentialOwner,
  keyId: string,
  status: StatusType,
): Promise<void> {
  const input = { UserName: userNameInput(owner), AccessKeyId: keyId, Status: status };
  await iam.send(new UpdateAccessKeyCommand(input));
}

export async function deleteAccessKey(owner: CredentialOwner, keyId: string): Promise<void> {
  await iam.send(new DeleteAccessKeyCommand({ UserName: userNameInput(owner), AccessKeyId: keyId }));
}

/** Requests for the current user's own keys carry no user name, which works for the root user, too. */
function userNameInput(owner: CredentialOwner): string | undefined {
  return owner.isCurrentUser ? undefined : owner.userName;
}
