/** API keys, with which services ask for decisions: service-specific credentials for the service `iamd`. */
import {
  CreateServiceSpecificCredentialCommand,
  DeleteServiceSpecificCredentialCommand,
  ListServiceSpecificCredentialsCommand,
  type ServiceSpecificCredential,
  type ServiceSpecificCredentialMetadata,
  type StatusType,
  UpdateServiceSpecificCredentialCommand,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";

export type ApiKey = ServiceSpecificCredentialMetadata;

const SERVICE_NAME = "iamd";

/** The API keys of all users. */
export async function listApiKeys(): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  let marker: string | undefined;
  do {
    const input = { ServiceName: SERVICE_NAME, AllUsers: true, MaxItems: 1000, Marker: marker };
    const page = await iam.send(new ListServiceSpecificCredentialsCommand(input));
    keys.push(...(page.ServiceSpecificCredentials ?? []));
    marker = page.Marker;
  } while (marker !== undefined);
  return keys;
}

/** Creates an API key that expires after some days; undefined is never. */
export async function createApiKey(
  userName: string,
  ageDays: number | undefined,
): Promise<ServiceSpecificCredential> {
  const input = { UserName: userName, ServiceName: SERVICE_NAME, CredentialAgeDays: ageDays };
  const reply = await iam.send(new CreateServiceSpecificCredentialCommand(input));
  if (reply.ServiceSpecificCredential === undefined)
    throw new ApiError("UnknownError", "The server did not return the API key.");
  return reply.ServiceSpecificCredential;
}

export async function updateApiKeyStatus(key: ApiKey, status: StatusType): Promise<void> {
  await iam.send(new UpdateServiceSpecificCredentialCommand({ ...identify(key), Status: status }));
}

export async function deleteApiKey(key: ApiKey): Promise<void> {
  await iam.send(new DeleteServiceSpecificCredentialCommand(identify(key)));
}

function identify({ UserName, ServiceSpecificCredentialId }: ApiKey) {
  return { UserName, ServiceSpecificCredentialId };
}
