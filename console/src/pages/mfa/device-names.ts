/** Names of MFA devices. */
import type { MFADevice } from "@aws-sdk/client-iam";
import type { CredentialOwner } from "../../data/credential-owner.ts";

const NAME = /^[\w+=,.@-]{1,64}$/;

export function isDeviceName(name: string): boolean {
  return NAME.test(name);
}

/**
 * A name to begin with: the user's own, since many policies let users manage only the device of their own name; with
 * a number where they have devices already.
 */
export function proposedName(owner: CredentialOwner, devices: readonly MFADevice[]): string {
  const base = owner.userName ?? "root-account-mfa-device";
  const taken = new Set(
    devices.map(({ SerialNumber = "" }) => SerialNumber.slice(SerialNumber.lastIndexOf("/") + 1)),
  );
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
