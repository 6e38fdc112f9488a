import type { ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import type { CurrentSession } from "../api/iamd.ts";
import { formatAccountId } from "../shared/format.ts";
import { ACCOUNT_SETTINGS, DASHBOARD, HOME, SECURITY_CREDENTIALS } from "../shared/paths.ts";
import { flash } from "../state/flashes.ts";
import { isRoot, signOut, useSession } from "../state/session.tsx";
import { setVisualMode, useVisualMode, type VisualMode } from "../state/visual-mode.ts";

const SERVICES: ButtonDropdownProps.Items = [
  { id: "home", text: "Console home", href: HOME },
  { id: "iam", text: "IAM", description: "Manage access to this account", href: DASHBOARD },
];

const MODES: readonly { id: VisualMode; text: string }[] = [
  { id: "system", text: "Browser default" },
  { id: "light", text: "Light" },
  { id: "dark", text: "Dark" },
];

/** The bar above every page: services, settings and the account menu. */
export function ConsoleTopNavigation() {
  const session = useSession();
  const mode = useVisualMode();
  return (
    <div id="top-bar">
      <TopNavigation
        identity={{ href: HOME, title: "iamd" }}
        utilities={[
          { type: "menu-dropdown", text: "Services", iconName: "grid-view", items: SERVICES },
          {
            type: "menu-dropdown",
            text: "Settings",
            iconName: "settings",
            items: [{ text: "Visual mode", items: modeItems(mode) }],
            onItemClick: ({ detail }) => setVisualMode(detail.id as VisualMode),
          },
          {
            type: "menu-dropdown",
            text: identityText(session),
            iconName: "user-profile",
            description: isRoot(session) ? "Root user" : "IAM user",
            items: accountItems(session),
            onItemClick: ({ detail }) => void onAccountItem(detail.id, session),
          },
        ]}
      />
    </div>
  );
}

function identityText(session: CurrentSession): string {
  if (isRoot(session)) return session.AccountName ?? session.RootEmail ?? session.AccountId;
  return `${session.UserName} @ ${session.AccountAlias ?? formatAccountId(session.AccountId)}`;
}

function modeItems(current: VisualMode): ButtonDropdownProps.Items {
  return MODES.map(({ id, text }) => ({ id, text, itemType: "checkbox", checked: id === current }));
}

function accountItems(session: CurrentSession): ButtonDropdownProps.Items {
  return [
    { id: "copy", text: `Account ID ${formatAccountId(session.AccountId)}`, iconName: "copy" },
    { id: "account", text: "Account", href: ACCOUNT_SETTINGS },
    { id: "credentials", text: "Security credentials", href: SECURITY_CREDENTIALS },
    { id: "sign-out", text: "Sign out" },
  ];
}

async function onAccountItem(id: string, session: CurrentSession): Promise<void> {
  if (id === "sign-out") await signOut();
  if (id === "copy") {
    await navigator.clipboard.writeText(session.AccountId);
    flash("Account ID copied.");
  }
}
