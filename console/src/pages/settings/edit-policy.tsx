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
import { draftOf, moreDraftOf, policyIn, settingsIn } from "./draft.ts";
import { MoreFields } from "./more-fields.tsx";
import { PolicyFields } from "./policy-fields.tsx";
import { SaveDialog } from "./save-dialog.tsx";

export default function EditPolicy() {
  const policy = useLoad("policy", getPasswordPolicy);
  const settings = useLoad("settings", async () => (await getSecuritySettings()).SecuritySettings);
  const settled = settings.data !== undefined || settings.error !== undefined;
  return (
    <Page title="Edit password policy">
      <AsyncContent state={policy}>
        {(held) => settled && <PolicyForms policy={held} settings={settings} />}
      </AsyncContent>
    </Page>
  );
}

type FormsProps = { policy: PasswordPolicy | null; settings: Loaded<SecuritySettings> };

/** Both parts in one form. Where our own settings may not be read, AWS's part can still be edited. */
function PolicyForms({ policy, settings }: FormsProps) {
  const [draft, setDraft] = useState(() => draftOf(policy));
  const [more, setMore] = useState(() => settings.data && moreDraftOf(settings.data));
  const [asking, setAsking] = useState(false);
  const form = policyIn(draft);
  const wanted = more && settingsIn(more);
  const complete = form !== undefined && (more === undefined || wanted !== undefined);
  return (
    <>
      <SubmitForm
        submitText="Save changes"
        cancelHref={ACCOUNT_SETTINGS}
        disabled={!complete}
        onSubmit={() => setAsking(true)}
      >
        <PolicyFields draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
        <ErrorAlert error={settings.error} />
        {more && <MoreFields draft={more} onChange={(change) => setMore({ ...more, ...change })} />}
      </SubmitForm>
      {asking && form !== undefined && (
        <SaveDialog
          form={form}
          settings={wanted}
          onCancel={() => setAsking(false)}
          onSave={() => save(form, wanted)}
        />
      )}
    </>
  );
}

async function save(
  form: CustomPasswordPolicy | null,
  settings: SecuritySettings | undefined,
): Promise<void> {
  await savePasswordPolicy(form);
  if (settings !== undefined) await putSecuritySettings(settings);
  navigate(ACCOUNT_SETTINGS);
  flash("Password requirements for IAM users are updated.");
}
