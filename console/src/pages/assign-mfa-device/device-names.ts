import type { MFADevice } from "@aws-sdk/client-iam";
import type { CredentialOwner } from "../../data/credential-owner.ts";

const NAME = /^[\w+=,.@-]{1,64}$/;

export function isDeviceName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Suggests a name that is not in use: the user's, since many policies let users manage only the device with their own
 * name, with a number appended if necessary.
 */
export function suggestDeviceName(owner: CredentialOwner, devices: readonly MFADevice[]): string {
  const baseName = owner.userName ?? "root-account-mfa-device";
  const usedNames = new Set(
    devices.map(({ SerialNumber = "" }) => SerialNumber.slice(SerialNumber.lastIndexOf("/") + 1)),
  );
  if (!usedNames.has(baseName)) return baseName;
  let number = 2;
  while (usedNames.has(`${baseName}-${number}`)) number += 1;
  return `${baseName}-${number}`;
}
