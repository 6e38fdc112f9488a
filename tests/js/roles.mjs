// Assumes roles as the AWS SDK for JavaScript does, by its own calls and by profiles, and prints what it saw.
import { CreateUserCommand, IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-provider-ini";

const [roleArn, externalId, mfaCode] = process.argv.slice(2);

async function who(settings) {
  const said = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
  return said.Arn;
}

async function refusal(client, command) {
  try {
    await client.send(command);
  } catch (error) {
    return { name: error.name, status: error.$metadata.httpStatusCode };
  }
  return null;
}

function keys(made) {
  return {
    accessKeyId: made.AccessKeyId,
    secretAccessKey: made.SecretAccessKey,
    sessionToken: made.SessionToken,
  };
}

const bob = new STSClient({});
const assumed = await bob.send(
  new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: "js",
    ExternalId: externalId,
    DurationSeconds: 900,
  }),
);
const credentials = keys(assumed.Credentials);
const iam = new IAMClient({ credentials });
const users = await iam.send(new ListUsersCommand({}));
const session = await bob.send(new GetSessionTokenCommand({}));
const guest = await bob.send(new GetFederationTokenCommand({ Name: "guest" }));

console.log(
  JSON.stringify({
    assumed: assumed.AssumedRoleUser.Arn,
    seconds: Math.round((assumed.Credentials.Expiration - Date.now()) / 1000),
    identity: await who({ credentials }),
    users: users.Users.map((user) => user.UserName),
    refused: await refusal(iam, new CreateUserCommand({ UserName: "eve" })),
    stranger: await refusal(bob, new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "js" })),
    session: await who({ credentials: keys(session.Credentials) }),
    guest: await who({ credentials: keys(guest.Credentials) }),
    profile: await who({ profile: "worker" }),
    chained: await who({ profile: "onwards" }),
    mfa: await who({
      credentials: fromIni({ profile: "careful", mfaCodeProvider: async () => mfaCode }),
    }),
  }),
);
