/** OpenID Connect providers: who else may vouch for people and programs. */
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
import { type KeyValue, newTags } from "./tags.ts";

export const THUMBPRINT_CONSTRAINT = "40 hexadecimal digits.";

export type Provider = {
  arn: string;
  url: string;
  audiences: string[];
  thumbprints: string[];
  created: Date | undefined;
  tags: Tag[];
};

/** The providers' ARNs. */
export async function listProviders(): Promise<string[]> {
  const { OpenIDConnectProviderList: found = [] } = await iam.send(new ListOpenIDConnectProvidersCommand());
  return found.map(({ Arn = "" }) => Arn);
}

export async function getProvider(arn: string): Promise<Provider> {
  const found = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  return {
    arn,
    url: found.Url ?? "",
    audiences: found.ClientIDList ?? [],
    thumbprints: found.ThumbprintList ?? [],
    created: found.CreateDate,
    tags: found.Tags ?? [],
  };
}

export type NewProvider = {
  url: string;
  audience: string;
  /** Found out by the server where it is not given. */
  thumbprint: string | undefined;
  tags: readonly KeyValue[];
};

/** Adds a provider; returns its ARN. */
export async function addProvider({ url, audience, thumbprint, tags }: NewProvider): Promise<string> {
  const { OpenIDConnectProviderArn: arn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: url,
      ClientIDList: [audience],
      ThumbprintList: thumbprint === undefined ? undefined : [thumbprint],
      Tags: newTags(tags),
    }),
  );
  if (arn === undefined) throw new ApiError("UnknownError", "The server returned no provider.");
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
    thumbprints.filter((each) => each !== thumbprint),
  );
}

async function putThumbprints(arn: string, thumbprints: string[]): Promise<void> {
  const input = { OpenIDConnectProviderArn: arn, ThumbprintList: thumbprints };
  await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand(input));
}
