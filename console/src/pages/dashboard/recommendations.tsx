import Badge, { type BadgeProps } from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { getSecurityRecommendations, type Recommendation } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { userPath } from "../../shared/paths.ts";
import { useLoad } from "../../state/load.ts";
import { isRoot, useSession } from "../../state/session.tsx";
import { remediationFor, userTabFor } from "./remediations.ts";

const SEVERITIES: Readonly<Record<string, { text: string; color: NonNullable<BadgeProps["color"]> }>> = {
  CRITICAL: { text: "Critical", color: "severity-critical" },
  HIGH: { text: "High", color: "severity-high" },
  MEDIUM: { text: "Medium", color: "severity-medium" },
  LOW: { text: "Low", color: "severity-low" },
};

/** The counts of the account summary, if the caller is allowed to read them. */
type Summary = Partial<Record<string, number>> | undefined;

/** Security recommendations by severity, followed by the checks that pass. */
export function Recommendations({ summary }: { summary: Summary }) {
  const loaded = useLoad("recommendations", getSecurityRecommendations);
  const recommendations = loaded.data?.Recommendations;
  return (
    <Container
      header={
        <Header
          counter={recommendations && `(${recommendations.length})`}
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Refresh recommendations"
              loading={loaded.loading && recommendations !== undefined}
              onClick={loaded.reload}
            />
          }
        >
          Security recommendations
        </Header>
      }
    >
      <AsyncContent state={loaded}>
        {({ Recommendations: all }) => (
          <SpaceBetween size="l">
            {all.length === 0 && <StatusIndicator type="success">No recommendations</StatusIndicator>}
            {all.map((recommendation) => (
              <RecommendationItem key={recommendation.Id} recommendation={recommendation} />
            ))}
            <PassedChecks summary={summary} />
          </SpaceBetween>
        )}
      </AsyncContent>
    </Container>
  );
}

function RecommendationItem({ recommendation }: { recommendation: Recommendation }) {
  const remediation = remediationFor(recommendation.Id, isRoot(useSession()));
  const severity = SEVERITIES[recommendation.Severity] ?? { text: recommendation.Severity, color: "grey" };
  return (
    <SpaceBetween size="xxs">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <Badge color={severity.color}>{severity.text}</Badge>
        <Box variant="h3" padding="n">
          {recommendation.Title}
        </Box>
      </SpaceBetween>
      <Box color="text-body-secondary">{recommendation.Detail}</Box>
      {recommendation.UserNames.length > 0 && (
        <Users names={recommendation.UserNames} id={recommendation.Id} count={recommendation.Count} />
      )}
      {remediation && (
        <Box padding={{ top: "xxs" }}>
          <Button href={remediation.href} ariaLabel={`${remediation.text}: ${recommendation.Title}`}>
            {remediation.text}
          </Button>
        </Box>
      )}
    </SpaceBetween>
  );
}

function Users({ names, id, count }: { names: string[]; id: string; count: number | undefined }) {
  const remaining = (count ?? 0) - names.length;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {names.map((name) => (
        <Link key={name} href={userPath(name, userTabFor(id))}>
          {name}
        </Link>
      ))}
      {remaining > 0 && <Box>and {remaining} more</Box>}
    </SpaceBetween>
  );
}

function PassedChecks({ summary }: { summary: Summary }) {
  const checks: [boolean, string][] = [
    [summary?.AccountMFAEnabled === 1, "Root user has MFA"],
    [summary?.AccountAccessKeysPresent === 0, "Root user has no active access keys"],
  ];
  return (
    <SpaceBetween size="xs">
      {checks.map(
        ([passed, text]) =>
          passed && (
            <StatusIndicator key={text} type="success">
              {text}
            </StatusIndicator>
          ),
      )}
    </SpaceBetween>
  );
}
