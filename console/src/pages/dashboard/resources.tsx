import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import { AsyncContent } from "../../shared/async-content.tsx";
import { GROUPS, PROVIDERS, ROLES, USERS } from "../../shared/paths.ts";
import type { Loaded } from "../../state/load.ts";

type Summary = Partial<Record<string, number>>;

const RESOURCES: readonly { text: string; member: string; href?: string }[] = [
  { text: "User groups", member: "Groups", href: GROUPS },
  { text: "Users", member: "Users", href: USERS },
  { text: "Roles", member: "Roles", href: ROLES },
  { text: "Policies", member: "Policies" },
  { text: "Identity providers", member: "Providers", href: PROVIDERS },
];

/** The number of resources of each kind, with links to their lists. */
export function Resources({ summary }: { summary: Loaded<Summary> }) {
  return (
    <Container
      header={
        <Header
          description="Resources in this account"
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Refresh resources"
              loading={summary.loading && summary.data !== undefined}
              onClick={summary.reload}
            />
          }
        >
          IAM resources
        </Header>
      }
    >
      <AsyncContent state={summary}>
        {(counts) => (
          <div className="resource-counts">
            {RESOURCES.map(({ text, member, href }) => (
              <div key={member}>
                <Box variant="awsui-key-label">{text}</Box>
                <ResourceCount count={counts[member] ?? 0} text={text} href={href} />
              </div>
            ))}
          </div>
        )}
      </AsyncContent>
    </Container>
  );
}

function ResourceCount({ count, text, href }: { count: number; text: string; href: string | undefined }) {
  if (href === undefined) return <Box variant="awsui-value-large">{count}</Box>;
  return (
    <Link href={href} variant="awsui-value-large" ariaLabel={`${text}: ${count}`}>
      {count}
    </Link>
  );
}
