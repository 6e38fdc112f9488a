import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import {
  DASHBOARD,
  GROUPS,
  MY_CREDENTIALS,
  PROVIDERS,
  REPORT,
  ROLES,
  SETTINGS,
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
      { type: "link", text: "Account settings", href: SETTINGS },
    ],
  },
  {
    type: "section",
    text: "Access reports",
    items: [{ type: "link", text: "Credential report", href: REPORT }],
  },
  { type: "divider" },
  { type: "link", text: "My security credentials", href: MY_CREDENTIALS },
];

/** What the links are called, by where they lead. */
export const NAMES: ReadonlyMap<string, string> = new Map(ITEMS.flatMap(namesOf));

function namesOf(item: SideNavigationProps.Item): [string, string][] {
  if (item.type === "link") return [[item.href, item.text]];
  return item.type === "section" ? item.items.flatMap(namesOf) : [];
}

/** The ways through IAM. */
export function SideBar({ active }: { active: string }) {
  return (
    <SideNavigation
      header={{ text: "Identity and Access Management (IAM)", href: DASHBOARD }}
      activeHref={active}
      items={ITEMS}
    />
  );
}
