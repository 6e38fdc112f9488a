import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { CopyableText } from "../shared/copyable-text.tsx";
import { downloadCsv } from "../shared/download.ts";
import { SecretValue } from "../shared/secret-value.tsx";
import { useSession } from "../state/session.tsx";

type Props = { userName: string; password: string };

/** The sign-in URL, user name and password of a new user, also as a file. */
export function SignInDetails({ userName, password }: Props) {
  const { SignInUrl, AccountAlias, AccountId } = useSession();
  const url = SignInUrl ?? `${location.origin}/signin/${AccountAlias ?? AccountId}`;
  const rows = [
    ["User name", "Password", "Console sign-in URL"],
    [userName, password, url],
  ];
  return (
    <Container
      header={
        <Header
          actions={
            <Button
              iconName="download"
              formAction="none"
              onClick={() => downloadCsv(`${userName}_credentials.csv`, rows, ["Password"])}
            >
              Download .csv file
            </Button>
          }
        >
          Console sign-in details
        </Header>
      }
    >
      <KeyValuePairs
        columns={1}
        items={[
          { label: "Console sign-in URL", value: <CopyableText value={url} name="Console sign-in URL" /> },
          { label: "User name", value: <CopyableText value={userName} name="User name" /> },
          { label: "Console password", value: <SecretValue value={password} name="Console password" /> },
        ]}
      />
    </Container>
  );
}
