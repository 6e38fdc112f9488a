import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { getPasswordPolicyImpact, type PasswordPolicyImpact } from "../../api/iamd.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { formatCount, formatList } from "../../shared/format.ts";
import { useLoad } from "../../state/load.ts";

const MAX_NAMES = 10;

/** The users that a policy will affect immediately. */
export function PolicyImpact({ maxAge, requireMfa }: { maxAge: number | undefined; requireMfa: boolean }) {
  const impact = useLoad(`impact ${maxAge}`, () => getPasswordPolicyImpact({ MaxPasswordAge: maxAge }));
  return (
    <AsyncContent state={impact}>
      {(data) => <ImpactMessages messages={impactMessages(data, maxAge, requireMfa)} />}
    </AsyncContent>
  );
}

function ImpactMessages({ messages }: { messages: string[] }) {
  if (messages.length === 0)
    return <StatusIndicator type="success">No users are affected immediately.</StatusIndicator>;
  return (
    <SpaceBetween size="xs">
      <Box variant="strong">Effective immediately:</Box>
      {messages.map((message) => (
        <StatusIndicator key={message} type="warning" wrapText>
          {message}
        </StatusIndicator>
      ))}
    </SpaceBetween>
  );
}

function impactMessages(
  impact: PasswordPolicyImpact,
  maxAge: number | undefined,
  requireMfa: boolean,
): string[] {
  const messages: [boolean, string][] = [
    [
      maxAge !== undefined && impact.PasswordsTooOld > 0,
      `${formatCount(impact.PasswordsTooOld, "password is", "passwords are")} older than this and will expire: ${formatUsers(impact.UsersWithOldPassword, impact.PasswordsTooOld)}.`,
    ],
    [
      maxAge !== undefined && impact.RootPasswordTooOld,
      "The root user's password is older than this and must be changed at the next sign-in.",
    ],
    [
      requireMfa && impact.WithoutMFA > 0,
      `${formatCount(impact.WithoutMFA, "user has", "users have")} a password but no MFA device, and must set up MFA before using the console: ${formatUsers(impact.UsersWithoutMFA, impact.WithoutMFA)}.`,
    ],
    [
      requireMfa && impact.RootWithoutMFA,
      "The root user has no MFA device, and must set up MFA before using the console.",
    ],
  ];
  return messages.filter(([applies]) => applies).map(([, text]) => text);
}

function formatUsers(names: string[], total: number): string {
  const firstNames = names.slice(0, MAX_NAMES);
  const remaining = total - firstNames.length;
  return formatList(remaining > 0 ? [...firstNames, `${remaining} more`] : firstNames);
}
