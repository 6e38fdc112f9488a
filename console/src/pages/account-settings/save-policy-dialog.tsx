import Box from "@cloudscape-design/components/box";
import type { SecuritySettings } from "../../api/iamd.ts";
import type { CustomPasswordPolicy } from "../../data/password-policy.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { useTask } from "../../state/task.ts";
import { PolicyImpact } from "./password-policy-impact.tsx";

type Props = {
  policy: CustomPasswordPolicy | null;
  settings: SecuritySettings | undefined;
  onSave: () => Promise<void>;
  onCancel: () => void;
};

/** Confirms the change of the policy, and shows its impact. */
export function SavePolicyDialog({ policy, settings, onSave, onCancel }: Props) {
  const task = useTask();
  const kind = policy === null ? "default" : "custom";
  return (
    <FormDialog
      title={`Set ${kind} password policy?`}
      submitText={`Set ${kind}`}
      task={task}
      onSubmit={() => void task.run(onSave)}
      onCancel={onCancel}
    >
      <Box>
        Password expiration and required MFA take effect immediately. The other rules apply when a password is
        next changed.
      </Box>
      <PolicyImpact maxAge={policy?.maxAge} requireMfa={settings?.RequireMFA ?? false} />
    </FormDialog>
  );
}
