import { CreateAccountAliasCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import type { Account } from "../../api/iamd.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

const ALIAS = /^[a-z0-9](-?[a-z0-9])+$/;

function isAlias(text: string): boolean {
  return text.length >= 3 && text.length <= 63 && ALIAS.test(text);
}

/** Creates the account alias, or replaces it. */
export function AliasDialog({ account, onClose }: { account: Account; onClose: (changed: boolean) => void }) {
  const currentAlias = account.AccountAlias;
  const [alias, setAlias] = useState(currentAlias ?? "");
  const task = useTask();
  const save = async () => {
    const succeeded = await task.run(() => iam.send(new CreateAccountAliasCommand({ AccountAlias: alias })));
    if (!succeeded) return;
    flash(`Account alias ${alias} ${currentAlias ? "updated" : "created"}.`);
    onClose(true);
  };
  return (
    <FormDialog
      title={currentAlias ? "Edit account alias" : "Create account alias"}
      submitText={currentAlias ? "Save changes" : "Create alias"}
      task={task}
      disabled={!isAlias(alias) || alias === currentAlias}
      onSubmit={save}
      onCancel={() => onClose(false)}
    >
      <FormField
        label="Preferred alias"
        constraintText="3 to 63 characters. Use a-z, 0-9 and single hyphens, but not at the beginning or end."
        errorText={alias !== "" && !isAlias(alias) && "Enter a valid alias."}
      >
        <Input
          value={alias}
          autoComplete={false}
          spellcheck={false}
          onChange={({ detail }) => setAlias(detail.value)}
        />
      </FormField>
      <div>
        <Box variant="awsui-key-label">New sign-in URL</Box>
        <span className="breakable">{signInUrl(account, alias)}</span>
      </div>
      {currentAlias && <Box>Users must sign in with the new URL. The old URL stops working.</Box>}
    </FormDialog>
  );
}

function signInUrl({ SignInUrl: currentUrl }: Account, alias: string): string {
  const base = currentUrl.slice(0, currentUrl.lastIndexOf("/") + 1);
  return base + (alias || "…");
}
