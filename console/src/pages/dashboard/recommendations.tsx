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
import { fixOf, tabOf } from "./fixes.ts";

const SEVERITIES: Readonly<Record<string, { text: string; color: NonNullable<BadgeProps["color"]> }>> = {
  CRITICAL: { text: "Critical", color: "severity-critical" },
  HIGH: { text: "High", color: "severity-high" },
  MEDIUM: { text: "Medium", color: "severity-medium" },
  LOW: { text: "Low", color: "severity-low" },
};

/** The account's figures of a summary, where the caller may see them. */
type Summary = Partial<Record<string, number>> | undefined;

/** What is still unsafe, the worst first; what is safe already is told below it. */
export function Recommendations({ summary }: { summary: Summary }) {
  const loaded = useLoad("recommendations", getSecurityRecommendations);
  const found = loaded.data?.Recommendations;
  return (
    <Container
      header={
        <Header
          counter={found && `(${found.length})`}
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Refresh recommendations"
              loading={loaded.loading && found !== undefined}
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
            {all.length === 0 && (
              <StatusIndicator type="success">Nothing to mend: well done.</StatusIndicator>
            )}
            {all.map((each) => (
              <Entry key={each.Id} of={each} />
            ))}
            <Done summary={summary} />
          </SpaceBetween>
        )}
      </AsyncContent>
    </Container>
  );
}

function Entry({ of }: { of: Recommendation }) {
  const fix = fixOf(of.Id, isRoot(useSession()));
  const severity = SEVERITIES[of.Severity] ?? { text: of.Severity, color: "grey" };
  return (
    <SpaceBetween size="xxs">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <Badge color={severity.color}>{severity.text}</Badge>
        <Box variant="h3" padding="n">
          {of.Title}
        </Box>
      </SpaceBetween>
      <Box color="text-body-secondary">{of.Detail}</Box>
      {of.UserNames.length > 0 && <Users names={of.UserNames} id={of.Id} count={of.Count} />}
      {fix && (
        <Box padding={{ top: "xxs" }}>
          <Button href={fix.href} ariaLabel={`${fix.text}: ${of.Title}`}>
            {fix.text}
          </Button>
        </Box>
      )}
    </SpaceBetween>
  );
}

function Users({ names, id, count }: { names: string[]; id: string; count: number | undefined }) {
  const more = (count ?? 0) - names.length;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {names.map((name) => (
        <Link key={name} href={userPath(name, tabOf(id))}>
          {name}
        </Link>
      ))}
      {more > 0 && <Box>and {more} more</Box>}
    </SpaceBetween>
  );
}

function Done({ summary }: { summary: Summary }) {
  const done: [boolean, string][] = [
    [summary?.AccountMFAEnabled === 1, "Root user has MFA"],
    [summary?.AccountAccessKeysPresent === 0, "Root user has no active access keys"],
  ];
  return (
    <SpaceBetween size="xs">
      {done.map(
        ([holds, text]) =>
          holds && (
            <StatusIndicator key={text} type="success">
              {text}
            </StatusIndicator>
          ),
      )}
    </SpaceBetween>
  );
}
