import { CreateLoginProfileCommand, UpdateLoginProfileCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import { getPasswordRules } from "../../api/iamd.ts";
import { generatePassword, satisfiesRules } from "../../data/password.ts";
import { type Access, ConsoleAccess } from "../../parts/console-access.tsx";
import { SignInDetails } from "../../parts/sign-in-details.tsx";
import { AsyncContent } from "../../shared/async-content.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

type Props = { name: string; replaces: boolean; onClose: () => void };

/** Gives a user a password for the console, or another one; then shows it, this once. */
export function PasswordDialog({ name, replaces, onClose }: Props) {
  const rules = useLoad("rules", getPasswordRules);
  const [access, setAccess] = useState<Access>({ generated: true, password: "", mustChange: true });
  const [made, setMade] = useState<string>();
  const task = useTask();
  const held = rules.data?.PasswordRules;
  const ready = held !== undefined && (access.generated || satisfiesRules(held, access.password));
  const save = async () => {
    if (held === undefined) return;
    const password = access.generated ? generatePassword(held) : access.password;
    const input = { UserName: name, Password: password, PasswordResetRequired: access.mustChange };
    const command = replaces ? new UpdateLoginProfileCommand(input) : new CreateLoginProfileCommand(input);
    if (await task.run(() => iam.send(command as UpdateLoginProfileCommand))) setMade(password);
  };
  const finish = () => {
    onClose();
    flash(replaces ? `Password of ${name} reset.` : `Console access of ${name} enabled.`);
  };
  if (made !== undefined) return <Made name={name} password={made} onClose={finish} />;
  return (
    <FormDialog
      title={replaces ? "Reset password" : "Enable console access"}
      submitText={replaces ? "Reset password" : "Enable console access"}
      task={task}
      disabled={!ready}
      onSubmit={() => void save()}
      onCancel={onClose}
    >
      <AsyncContent state={rules}>
        {({ PasswordRules }) => (
          <ConsoleAccess
            value={access}
            rules={PasswordRules}
            incomplete={false}
            onChange={(change) => setAccess({ ...access, ...change })}
          />
        )}
      </AsyncContent>
    </FormDialog>
  );
}

function Made({ name, password, onClose }: { name: string; password: string; onClose: () => void }) {
  return (
    <Modal
      visible
      header="Console password"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>This is the only time you can view and download this password.</Box>
        <SignInDetails userName={name} password={password} />
      </SpaceBetween>
    </Modal>
  );
}
