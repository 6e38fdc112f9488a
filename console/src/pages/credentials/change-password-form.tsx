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
  change: (oldPassword: string, newPassword: string) => Promise<unknown>;
  onChanged: () => void;
};

/** Old, new and new again; the rules are ticked while the new one is typed. */
export function ChangePasswordForm({ rules, change, onChanged }: Props) {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [shown, setShown] = useState(false);
  const task = useTask();
  const differs = again !== "" && again !== fresh;
  const ready = current !== "" && again === fresh && satisfiesRules(rules, fresh);
  const submit = async () => {
    if (await task.run(() => change(current, fresh))) onChanged();
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
            value={current}
            visible={shown}
            onChange={setCurrent}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            value={fresh}
            visible={shown}
            onChange={setFresh}
          />
          <PasswordRules rules={rules} password={fresh} />
          <PasswordInput
            label="Confirm new password"
            autoComplete="new-password"
            value={again}
            visible={shown}
            error={differs && "The new passwords differ."}
            onChange={setAgain}
          />
          <Checkbox checked={shown} onChange={({ detail }) => setShown(detail.checked)}>
            Show password
          </Checkbox>
          <ErrorAlert error={task.error} />
        </SpaceBetween>
      </Container>
    </SubmitForm>
  );
}
