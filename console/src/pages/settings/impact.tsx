import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { getPasswordPolicyImpact, type PasswordPolicyImpact } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { formatCount, formatList } from "../../shared/format.ts";
import { useLoad } from "../../state/load.ts";

const MOST_NAMES = 10;

/** Whom the rules would affect, told before they are saved. */
export function Impact({ maxAge, requireMfa }: { maxAge: number | undefined; requireMfa: boolean }) {
  const impact = useLoad(`impact ${maxAge}`, () => getPasswordPolicyImpact({ MaxPasswordAge: maxAge }));
  return (
    <AsyncContent state={impact}>
      {(data) => <Lines lines={linesOf(data, maxAge, requireMfa)} />}
    </AsyncContent>
  );
}

function Lines({ lines }: { lines: string[] }) {
  if (lines.length === 0)
    return <StatusIndicator type="success">Nobody is affected at once.</StatusIndicator>;
  return (
    <SpaceBetween size="xs">
      <Box variant="strong">At once:</Box>
      {lines.map((line) => (
        <StatusIndicator key={line} type="warning" wrapText>
          {line}
        </StatusIndicator>
      ))}
    </SpaceBetween>
  );
}

function linesOf(impact: PasswordPolicyImpact, maxAge: number | undefined, requireMfa: boolean): string[] {
  const lines: [boolean, string][] = [
    [
      maxAge !== undefined && impact.PasswordsTooOld > 0,
      `${formatCount(impact.PasswordsTooOld, "password is", "passwords are")} older than that and expired: ${named(impact.UsersWithOldPassword, impact.PasswordsTooOld)}.`,
    ],
    [
      maxAge !== undefined && impact.RootPasswordTooOld,
      "The root user's password is older than that: it is asked for a new one at its next sign-in.",
    ],
    [
      requireMfa && impact.WithoutMFA > 0,
      `${formatCount(impact.WithoutMFA, "user has", "users have")} a password but no MFA, and can only set MFA up: ${named(impact.UsersWithoutMFA, impact.WithoutMFA)}.`,
    ],
    [requireMfa && impact.RootWithoutMFA, "The root user has no MFA, and can only set it up."],
  ];
  return lines.filter(([holds]) => holds).map(([, text]) => text);
}

function named(names: string[], total: number): string {
  const shown = names.slice(0, MOST_NAMES);
  const more = total - shown.length;
  return formatList(more > 0 ? [...shown, `${more} more`] : shown);
}
