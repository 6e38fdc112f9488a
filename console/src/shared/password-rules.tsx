import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { PasswordRules as Rules } from "../api/iamd.ts";
import { type CheckedRule, checkPassword } from "../data/password.ts";

/** The rules for a new password, each ticked as soon as what was typed keeps it. */
export function PasswordRules({ rules, password }: { rules: Rules; password: string }) {
  return (
    <ul className="checked-rules" aria-label="Password rules">
      {checkPassword(rules, password).map((rule) => (
        <li key={rule.text}>
          <Rule of={rule} typed={password !== ""} />
        </li>
      ))}
    </ul>
  );
}

function Rule({ of, typed }: { of: CheckedRule; typed: boolean }) {
  if (of.kept === undefined) {
    return (
      <StatusIndicator type="info" iconAriaLabel="Checked when you save" wrapText>
        {of.text}
      </StatusIndicator>
    );
  }
  const type = of.kept ? "success" : typed ? "error" : "pending";
  return (
    <StatusIndicator type={type} iconAriaLabel={of.kept ? "Kept" : "Not kept yet"} wrapText>
      {of.text}
    </StatusIndicator>
  );
}
