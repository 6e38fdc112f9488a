import { Page } from "../../shared/page.tsx";
import { AccountDetails } from "./account-details.tsx";
import { PasswordPolicyView } from "./password-policy-view.tsx";

export default function AccountSettings() {
  return (
    <Page title="Account settings">
      <PasswordPolicyView />
      <AccountDetails />
    </Page>
  );
}
