import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import {
  ACCOUNT_SETTINGS,
  CREDENTIAL_REPORT,
  DASHBOARD,
  GROUPS,
  PROVIDERS,
  ROLES,
  SECURITY_CREDENTIALS,
  SERVICES,
  USERS,
} from "../shared/paths.ts";

const ITEMS: readonly SideNavigationProps.Item[] = [
  { type: "link", text: "Dashboard", href: DASHBOARD },
  {
    type: "section",
    text: "Access management",
    items: [
      { type: "link", text: "User groups", href: GROUPS },
      { type: "link", text: "Users", href: USERS },
      { type: "link", text: "Roles", href: ROLES },
      { type: "link", text: "Identity providers", href: PROVIDERS },
      { type: "link", text: "Services", href: SERVICES },
      { type: "link", text: "Account settings", href: ACCOUNT_SETTINGS },
    ],
  },
  {
    type: "section",
    text: "Access reports",
    items: [{ type: "link", text: "Credential report", href: CREDENTIAL_REPORT }],
  },
  { type: "divider" },
  { type: "link", text: "My security credentials", href: SECURITY_CREDENTIALS },
];

/** The texts of the links by their href. */
export const LINK_TEXTS: ReadonlyMap<string, string> = new Map(ITEMS.flatMap(linkTexts));

function linkTexts(item: SideNavigationProps.Item): [string, string][] {
  if (item.type === "link") return [[item.href, item.text]];
  return item.type === "section" ? item.items.flatMap(linkTexts) : [];
}

export function ConsoleSideNavigation({ active }: { active: string }) {
  return (
    <SideNavigation
      header={{ text: "Identity and Access Management (IAM)", href: DASHBOARD }}
      activeHref={active}
      items={ITEMS}
    />
  );
}
