import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { PasswordRules as Rules } from "../../api/iamd.ts";
import { satisfiesRules } from "../../data/password.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { PasswordInput } from "../../shared/password-input.tsx";
import { PasswordRules } from "../../shared/password-rules.tsx";
import { SECURITY_CREDENTIALS } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { useTask } from "../../state/task.ts";

type Props = {
  rules: Rules;
  changePassword: (oldPassword: string, newPassword: string) => Promise<unknown>;
  onChanged: () => void;
};

/** The form for the current and the new password, with the rules that the new one meets. */
export function ChangePasswordForm({ rules, changePassword, onChanged }: Props) {
  const [currentPassword, setCurrentPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [confirmation, setConfirmation] = useState("");
  const [visible, setVisible] = useState(false);
  const task = useTask();
  const mismatch = confirmation !== "" && confirmation !== newPassword;
  const ready = currentPassword !== "" && confirmation === newPassword && satisfiesRules(rules, newPassword);
  const submit = async () => {
    if (await task.run(() => changePassword(currentPassword, newPassword))) onChanged();
  };
  return (
    <SubmitForm
      submitText="Change password"
      cancelHref={SECURITY_CREDENTIALS}
      busy={task.busy}
      disabled={!ready}
      onSubmit={() => void submit()}
    >
      <Container>
        <SpaceBetween size="l">
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            value={currentPassword}
            visible={visible}
            onChange={setCurrentPassword}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            value={newPassword}
            visible={visible}
            onChange={setNewPassword}
          />
          <PasswordRules rules={rules} password={newPassword} />
          <PasswordInput
            label="Confirm new password"
            autoComplete="new-password"
            value={confirmation}
            visible={visible}
            error={mismatch && "The passwords do not match."}
            onChange={setConfirmation}
          />
          <Checkbox checked={visible} onChange={({ detail }) => setVisible(detail.checked)}>
            Show password
          </Checkbox>
          <ErrorAlert error={task.error} />
        </SpaceBetween>
      </Container>
    </SubmitForm>
  );
}
