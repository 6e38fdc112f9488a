import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { LINK_TEXTS } from "../layout/side-navigation.tsx";
import { Page } from "../shared/page.tsx";
import { ACCOUNT_SETTINGS, DASHBOARD, SECURITY_CREDENTIALS, USERS } from "../shared/paths.ts";
import { recentlyVisitedPaths } from "../state/recently-visited.ts";
import { isRoot, useSession } from "../state/session.tsx";

export default function Home() {
  return (
    <Page title="Console home">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
        <RecentlyVisited />
        <Welcome />
      </Grid>
    </Page>
  );
}

function RecentlyVisited() {
  const links = recentlyVisitedPaths().flatMap((path) => {
    const name = LINK_TEXTS.get(path);
    return name === undefined ? [] : [{ path, name }];
  });
  return (
    <Container fitHeight header={<Header>Recently visited</Header>}>
      {links.length === 0 ? (
        <SpaceBetween size="xs">
          <Box color="text-body-secondary">No recently visited pages</Box>
          <Link href={DASHBOARD}>Open IAM</Link>
        </SpaceBetween>
      ) : (
        <ColumnLayout columns={2}>
          {links.map(({ path, name }) => (
            <Link key={path} href={path}>
              {path === DASHBOARD ? "IAM" : name}
            </Link>
          ))}
        </ColumnLayout>
      )}
    </Container>
  );
}

function Welcome() {
  const session = useSession();
  return (
    <Container fitHeight header={<Header>Welcome</Header>}>
      <SpaceBetween size="m">
        <Box>
          You are signed in to <b>{session.AccountName ?? session.AccountId}</b> as{" "}
          {isRoot(session) ? "the root user" : <b>{session.UserName}</b>}.
        </Box>
        <SpaceBetween size="xs">
          <Link href={DASHBOARD}>View security recommendations for this account</Link>
          <Link href={SECURITY_CREDENTIALS}>Manage your password and MFA devices</Link>
          <Link href={ACCOUNT_SETTINGS}>Manage the password policy</Link>
          <Link href={USERS}>Manage users</Link>
        </SpaceBetween>
      </SpaceBetween>
    </Container>
  );
}
