import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { PasswordRules as Rules } from "../api/iamd.ts";
import { checkPassword, type RuleCheck } from "../data/password.ts";

/** The rules for a new password, each ticked as soon as what was typed keeps it. */
export function PasswordRules({ rules, password }: { rules: Rules; password: string }) {
  return (
    <ul className="checked-rules" aria-label="Password rules">
      {checkPassword(rules, password).map((rule) => (
        <li key={rule.text}>
          <Rule of={rule} />
        </li>
      ))}
    </ul>
  );
}

function Rule({ of: { text, satisfied: kept } }: { of: RuleCheck }) {
  const [type, meaning] = states(kept);
  return (
    <StatusIndicator type={type} colorOverride={kept ? undefined : "grey"} iconAriaLabel={meaning} wrapText>
      {text}
    </StatusIndicator>
  );
}

function states(kept: boolean | undefined): [StatusIndicatorProps.Type, string] {
  if (kept === undefined) return ["info", "Checked when you save"];
  return kept ? ["success", "Kept"] : ["pending", "Not kept yet"];
}
