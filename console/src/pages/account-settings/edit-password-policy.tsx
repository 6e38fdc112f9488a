import type { PasswordPolicy } from "@aws-sdk/client-iam";
import { useState } from "react";
import { getSecuritySettings, putSecuritySettings, type SecuritySettings } from "../../api/iamd.ts";
import {
  type CustomPasswordPolicy,
  getPasswordPolicy,
  savePasswordPolicy,
} from "../../data/password-policy.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { Page } from "../../shared/page.tsx";
import { ACCOUNT_SETTINGS } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { flash } from "../../state/flashes.ts";
import { type Loaded, useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import {
  parsePasswordPolicyForm,
  parseSecuritySettingsForm,
  passwordPolicyForm,
  securitySettingsForm,
} from "./form-values.ts";
import { PasswordPolicyFields } from "./password-policy-fields.tsx";
import { SavePolicyDialog } from "./save-policy-dialog.tsx";
import { SecuritySettingsFields } from "./security-settings-fields.tsx";

export default function EditPasswordPolicy() {
  const policy = useLoad("policy", getPasswordPolicy);
  const settings = useLoad("settings", async () => (await getSecuritySettings()).SecuritySettings);
  const settingsLoaded = settings.data !== undefined || settings.error !== undefined;
  return (
    <Page title="Edit password policy">
      <AsyncContent state={policy}>
        {(currentPolicy) =>
          settingsLoaded && <PasswordPolicyForms policy={currentPolicy} settings={settings} />
        }
      </AsyncContent>
    </Page>
  );
}

type FormsProps = { policy: PasswordPolicy | null; settings: Loaded<SecuritySettings> };

/** The form for the password policy and the additional rules. Without access to the latter, the policy can be edited alone. */
function PasswordPolicyForms({ policy, settings }: FormsProps) {
  const [policyForm, setPolicyForm] = useState(() => passwordPolicyForm(policy));
  const [settingsForm, setSettingsForm] = useState(
    () => settings.data && securitySettingsForm(settings.data),
  );
  const [confirming, setConfirming] = useState(false);
  const newPolicy = parsePasswordPolicyForm(policyForm);
  const newSettings = settingsForm && parseSecuritySettingsForm(settingsForm);
  const complete = newPolicy !== undefined && (settingsForm === undefined || newSettings !== undefined);
  return (
    <>
      <SubmitForm
        submitText="Save changes"
        cancelHref={ACCOUNT_SETTINGS}
        disabled={!complete}
        onSubmit={() => setConfirming(true)}
      >
        <PasswordPolicyFields
          form={policyForm}
          onChange={(update) => setPolicyForm({ ...policyForm, ...update })}
        />
        <ErrorAlert error={settings.error} />
        {settingsForm && (
          <SecuritySettingsFields
            form={settingsForm}
            onChange={(update) => setSettingsForm({ ...settingsForm, ...update })}
          />
        )}
      </SubmitForm>
      {confirming && newPolicy !== undefined && (
        <SavePolicyDialog
          policy={newPolicy}
          settings={newSettings}
          onCancel={() => setConfirming(false)}
          onSave={() => save(newPolicy, newSettings)}
        />
      )}
    </>
  );
}

async function save(
  newPolicy: CustomPasswordPolicy | null,
  newSettings: SecuritySettings | undefined,
): Promise<void> {
  await savePasswordPolicy(newPolicy);
  if (newSettings !== undefined) await putSecuritySettings(newSettings);
  navigate(ACCOUNT_SETTINGS);
  flash("Password policy updated.");
}
