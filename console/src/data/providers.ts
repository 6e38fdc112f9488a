/** OpenID Connect identity providers. */
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  type Tag,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";
import { type KeyValue, tagsInput } from "./tags.ts";

export const THUMBPRINT_HINT = "40 hexadecimal digits";

export type Provider = {
  arn: string;
  url: string;
  audiences: string[];
  thumbprints: string[];
  createDate: Date | undefined;
  tags: Tag[];
};

/** The ARNs of all providers. */
export async function listProviders(): Promise<string[]> {
  const { OpenIDConnectProviderList: providers = [] } = await iam.send(
    new ListOpenIDConnectProvidersCommand(),
  );
  return providers.map(({ Arn = "" }) => Arn);
}

export async function getProvider(arn: string): Promise<Provider> {
  const provider = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  return {
    arn,
    url: provider.Url ?? "",
    audiences: provider.ClientIDList ?? [],
    thumbprints: provider.ThumbprintList ?? [],
    createDate: provider.CreateDate,
    tags: provider.Tags ?? [],
  };
}

export type NewProvider = {
  url: string;
  audience: string;
  /** If undefined, the server retrieves it. */
  thumbprint: string | undefined;
  tags: readonly KeyValue[];
};

/** Creates a provider and returns its ARN. */
export async function addProvider({ url, audience, thumbprint, tags }: NewProvider): Promise<string> {
  const { OpenIDConnectProviderArn: arn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: url,
      ClientIDList: [audience],
      ThumbprintList: thumbprint === undefined ? undefined : [thumbprint],
      Tags: tagsInput(tags),
    }),
  );
  if (arn === undefined) throw new ApiError("UnknownError", "The server did not return the provider.");
  return arn;
}

export async function deleteProvider(arn: string): Promise<void> {
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
}

export async function addAudience(arn: string, audience: string): Promise<void> {
  const input = { OpenIDConnectProviderArn: arn, ClientID: audience };
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand(input));
}

export async function removeAudience(arn: string, audience: string): Promise<void> {
  const input = { OpenIDConnectProviderArn: arn, ClientID: audience };
  await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand(input));
}

export async function addThumbprint(arn: string, thumbprint: string): Promise<void> {
  const { thumbprints } = await getProvider(arn);
  await putThumbprints(arn, [...thumbprints, thumbprint]);
}

export async function removeThumbprint(arn: string, thumbprint: string): Promise<void> {
  const { thumbprints } = await getProvider(arn);
  await putThumbprints(
    arn,
    thumbprints.filter((value) => value !== thumbprint),
  );
}

async function putThumbprints(arn: string, thumbprints: string[]): Promise<void> {
  const input = { OpenIDConnectProviderArn: arn, ThumbprintList: thumbprints };
  await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand(input));
}
