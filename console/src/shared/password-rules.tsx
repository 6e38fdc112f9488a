import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { PasswordRules as Rules } from "../api/iamd.ts";
import { checkPassword, type RuleCheck } from "../data/password.ts";

/** The rules for a new password, and whether it meets each of them. */
export function PasswordRules({ rules, password }: { rules: Rules; password: string }) {
  return (
    <ul className="password-rules" aria-label="Password rules">
      {checkPassword(rules, password).map((check) => (
        <li key={check.text}>
          <RuleStatus check={check} />
        </li>
      ))}
    </ul>
  );
}

function RuleStatus({ check: { text, satisfied } }: { check: RuleCheck }) {
  const [type, ariaLabel] = statusIndicator(satisfied);
  return (
    <StatusIndicator
      type={type}
      colorOverride={satisfied ? undefined : "grey"}
      iconAriaLabel={ariaLabel}
      wrapText
    >
      {text}
    </StatusIndicator>
  );
}

function statusIndicator(satisfied: boolean | undefined): [StatusIndicatorProps.Type, string] {
  if (satisfied === undefined) return ["info", "Checked when you save"];
  return satisfied ? ["success", "Met"] : ["pending", "Not met"];
}
