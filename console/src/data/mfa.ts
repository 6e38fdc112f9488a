/** MFA devices of the root user and of IAM users: one set of verbs for both. */
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
  type CurrentSession,
  deactivateRootMFADevice,
  enableRootMFADevice,
  registerPasskey,
  resyncRootMFADevice,
  startPasskeyRegistration,
} from "../api/iamd.ts";

export const MOST_DEVICES = 8;

/** The kinds of MFA devices that a user can assign. */
export type DeviceKind = "passkey" | "app" | "hardware";

/** Whose devices: the root user has no user name. `own` says that it is who is signed in. */
export type Owner = { userName: string | undefined; own: boolean };

export type Codes = { first: string; second: string };

export type VirtualDevice = { serialNumber: string; secret: string; qrCode: Uint8Array<ArrayBuffer> };

export function ownerIn(session: CurrentSession): Owner {
  return { userName: session.UserName, own: true };
}

export async function listDevices(owner: Owner): Promise<MFADevice[]> {
  const input = owner.own ? {} : { UserName: owner.userName };
  return collectPages(paginateListMFADevices({ client: iam }, input), (page) => page.MFADevices);
}

/** What kind a device is, told from its serial number: only virtual devices and passkeys have an ARN. */
export function deviceType(serialNumber: string): string {
  if (serialNumber.includes(":u2f/")) return "Passkey or security key";
  return isVirtual(serialNumber) ? "Authenticator app" : "Hardware TOTP token";
}

function isVirtual(serialNumber: string): boolean {
  return serialNumber.startsWith("arn:") && serialNumber.includes(":mfa/");
}

export function hasCodes(serialNumber: string): boolean {
  return !serialNumber.includes(":u2f/");
}

export async function createVirtualDevice(name: string): Promise<VirtualDevice> {
  const { VirtualMFADevice: device } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
  );
  return {
    serialNumber: device?.SerialNumber ?? "",
    secret: new TextDecoder().decode(device?.Base32StringSeed),
    qrCode: new Uint8Array(device?.QRCodePNG ?? []),
  };
}

export async function deleteVirtualDevice(serialNumber: string): Promise<void> {
  await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: serialNumber }));
}

export async function enableDevice(
  owner: Owner,
  serialNumber: string,
  { first, second }: Codes,
): Promise<void> {
  const input = { SerialNumber: serialNumber, AuthenticationCode1: first, AuthenticationCode2: second };
  if (owner.userName === undefined) await enableRootMFADevice(input);
  else await iam.send(new EnableMFADeviceCommand({ UserName: owner.userName, ...input }));
}

export async function resyncDevice(
  owner: Owner,
  serialNumber: string,
  { first, second }: Codes,
): Promise<void> {
  const input = { SerialNumber: serialNumber, AuthenticationCode1: first, AuthenticationCode2: second };
  if (owner.userName === undefined) await resyncRootMFADevice(input);
  else await iam.send(new ResyncMFADeviceCommand({ UserName: owner.userName, ...input }));
}

/** Takes a device away; a virtual one is deleted as well, so that its name is free again. */
export async function removeDevice(owner: Owner, serialNumber: string): Promise<void> {
  if (owner.userName === undefined) await deactivateRootMFADevice({ SerialNumber: serialNumber });
  else {
    const input = { UserName: owner.userName, SerialNumber: serialNumber };
    await iam.send(new DeactivateMFADeviceCommand(input));
  }
  if (isVirtual(serialNumber)) await deleteVirtualDevice(serialNumber);
}

/** Has the browser create a passkey for who is signed in, and registers it. */
export async function addPasskey(name: string): Promise<void> {
  const { Options: options } = await startPasskeyRegistration();
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
  const credential = await navigator.credentials.create({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The browser created no passkey.");
  await registerPasskey({ DeviceName: name, Credential: JSON.stringify(credential.toJSON()) });
}
