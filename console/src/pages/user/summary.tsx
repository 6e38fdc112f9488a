import type { LoginProfile, User } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { Copyable } from "../../shared/copyable.tsx";
import { agoText, dateText } from "../../shared/text.ts";

type Props = { user: User; profile: LoginProfile | null | undefined };

export function Summary({ user, profile }: Props) {
  const access = profile === null ? "Disabled" : profile ? "Enabled" : "–";
  const boundary = user.PermissionsBoundary?.PermissionsBoundaryArn;
  return (
    <Container header={<Header>Summary</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={190}
        items={[
          { label: "ARN", value: <Copyable value={user.Arn ?? ""} name="ARN" /> },
          { label: "Console access", value: access },
          {
            label: "Last console sign-in",
            value: user.PasswordLastUsed ? agoText(user.PasswordLastUsed) : "Never",
          },
          { label: "Created", value: dateText(user.CreateDate) },
          { label: "Path", value: user.Path ?? "/" },
          {
            label: "Permissions boundary",
            value: boundary ? <Copyable value={boundary} name="Boundary ARN" /> : "–",
          },
        ]}
      />
    </Container>
  );
}
