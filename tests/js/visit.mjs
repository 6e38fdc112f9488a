// Visits a server as the AWS SDK for JavaScript does, and prints what it saw.
import {
  CreateUserCommand,
  GetUserCommand,
  IAMClient,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const settings = { endpoint: process.argv[2], region: "eu-west-1", maxAttempts: 1 };
const iam = new IAMClient(settings);
const sts = new STSClient(settings);
const stranger = new IAMClient({
  ...settings,
  credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "x".repeat(40) },
});

async function refusal(client, command) {
  try {
    await client.send(command);
  } catch (error) {
    return { name: error.name, status: error.$metadata.httpStatusCode };
  }
  return null;
}

const identity = await sts.send(new GetCallerIdentityCommand({}));
const made = await iam.send(
  new CreateUserCommand({
    UserName: "zoe",
    Path: "/js/",
    Tags: [{ Key: "note", Value: "naïve +/=@ ok" }],
  }),
);
const shown = await iam.send(new GetUserCommand({ UserName: "zoe" }));
const users = [];
for await (const page of paginateListUsers({ client: iam, pageSize: 1 }, {})) {
  users.push(...page.Users.map((user) => user.UserName));
}
console.log(
  JSON.stringify({
    arn: identity.Arn,
    made: made.User.Arn,
    tag: shown.User.Tags[0].Value,
    users,
    missing: await refusal(iam, new GetUserCommand({ UserName: "nobody" })),
    invalid: (await refusal(iam, new GetUserCommand({ UserName: "a b" }))).name,
    refused: (await refusal(stranger, new GetUserCommand({}))).name,
  }),
);
