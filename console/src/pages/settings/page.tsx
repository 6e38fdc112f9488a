import { Page } from "../../shared/page.tsx";
import { AccountDetails } from "./account-details.tsx";
import { PolicyView } from "./policy-view.tsx";

export default function AccountSettings() {
  return (
    <Page title="Account settings">
      <PolicyView />
      <AccountDetails />
    </Page>
  );
}
