/** MFA devices of the root user and of IAM users, through one set of functions. */
import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  type MFADevice,
  paginateListMFADevices,
  ResyncMFADeviceCommand,
} from "@aws-sdk/client-iam";
import { collectPages, iam } from "../api/iam.ts";
import {
  deactivateRootMFADevice,
  enableRootMFADevice,
  registerPasskey,
  resyncRootMFADevice,
  startPasskeyRegistration,
} from "../api/iamd.ts";
import type { CredentialOwner } from "./credential-owner.ts";

export const MAX_MFA_DEVICES = 8;

/** The kinds of MFA devices that a user can assign. */
export type MfaDeviceKind = "passkey" | "app" | "hardware";

export type MfaCodes = { first: string; second: string };

export type VirtualMfaDevice = { serialNumber: string; secret: string; qrCode: Uint8Array<ArrayBuffer> };

export async function listMfaDevices(owner: CredentialOwner): Promise<MFADevice[]> {
  const input = owner.isCurrentUser ? {} : { UserName: owner.userName };
  return collectPages(paginateListMFADevices({ client: iam }, input), (page) => page.MFADevices);
}

/** The type of a device by its serial number: only virtual devices and passkeys have an ARN. */
export function mfaDeviceType(serialNumber: string): string {
  if (serialNumber.includes(":u2f/")) return "Passkey or security key";
  return isVirtual(serialNumber) ? "Authenticator app" : "Hardware TOTP token";
}

function isVirtual(serialNumber: string): boolean {
  return serialNumber.startsWith("arn:") && serialNumber.includes(":mfa/");
}

export function usesCodes(serialNumber: string): boolean {
  return !serialNumber.includes(":u2f/");
}

export async function createVirtualMfaDevice(name: string): Promise<VirtualMfaDevice> {
  const { VirtualMFADevice: device } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
  );
  return {
    serialNumber: device?.SerialNumber ?? "",
    secret: new TextDecoder().decode(device?.Base32StringSeed),
    qrCode: new Uint8Array(device?.QRCodePNG ?? []),
  };
}

export async function deleteVirtualMfaDevice(serialNumber: string): Promise<void> {
  await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serialNumber }));
}

export async function enableMfaDevice(
  owner: CredentialOwner,
  serialNumber: string,
  { first, second }: MfaCodes,
): Promise<void> {
  const input = { SerialNumber: serialNumber, AuthenticationCode1: first, AuthenticationCode2: second };
  if (owner.userName === undefined) await enableRootMFADevice(input);
  else await iam.send(new EnableMFADeviceCommand({ UserName: owner.userName, ...input }));
}

export async function resyncMfaDevice(
  owner: CredentialOwner,
  serialNumber: string,
  { first, second }: MfaCodes,
): Promise<void> {
  const input = { SerialNumber: serialNumber, AuthenticationCode1: first, AuthenticationCode2: second };
  if (owner.userName === undefined) await resyncRootMFADevice(input);
  else await iam.send(new ResyncMFADeviceCommand({ UserName: owner.userName, ...input }));
}

/** Deactivates a device; deletes a virtual one as well, so that its name is free again. */
export async function removeMfaDevice(owner: CredentialOwner, serialNumber: string): Promise<void> {
  if (owner.userName === undefined) await deactivateRootMFADevice({ SerialNumber: serialNumber });
  else {
    const input = { UserName: owner.userName, SerialNumber: serialNumber };
    await iam.send(new DeactivateMFADeviceCommand(input));
  }
  if (isVirtual(serialNumber)) await deleteVirtualMfaDevice(serialNumber);
}

/** Creates a passkey in the browser for the current user and registers it. */
export async function createPasskey(name: string): Promise<void> {
  const { Options: options } = await startPasskeyRegistration();
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
  const credential = await navigator.credentials.create({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The browser did not create a passkey.");
  await registerPasskey({ DeviceName: name, Credential: JSON.stringify(credential.toJSON()) });
}
