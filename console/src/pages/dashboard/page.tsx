import { GetAccountSummaryCommand } from "@aws-sdk/client-iam";
import Grid from "@cloudscape-design/components/grid";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { iam } from "../../api/iam.ts";
import { getAccount } from "../../api/iamd.ts";
import { Page } from "../../shared/page.tsx";
import { useLoad } from "../../state/load.ts";
import { AccountSummary } from "./account-summary.tsx";
import { QuickLinks } from "./quick-links.tsx";
import { Recommendations } from "./recommendations.tsx";
import { Resources } from "./resources.tsx";

export default function Dashboard() {
  const summary = useLoad("summary", async () => {
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand());
    return SummaryMap ?? {};
  });
  const account = useLoad("account", getAccount);
  return (
    <Page title="IAM Dashboard">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
        <SpaceBetween size="l">
          <Recommendations summary={summary.data} />
          <Resources summary={summary} />
        </SpaceBetween>
        <SpaceBetween size="l">
          <AccountSummary account={account} />
          <QuickLinks />
        </SpaceBetween>
      </Grid>
    </Page>
  );
}
