import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import { type ComponentType, lazy } from "react";
import { providerName } from "../data/trust-policy.ts";
import * as paths from "../shared/paths.ts";

type Crumb = BreadcrumbGroupProps.Item;
type PageModule = { default: ComponentType<{ name: string }> };

export type Route = {
  /** A path in which `:name` stands for the name of the user or group that the page shows. */
  pattern: string;
  page: ComponentType<{ name: string }>;
  kind: AppLayoutProps.ContentType;
  /** The link of the side navigation that leads here; pages without one have no side navigation. */
  nav: string | undefined;
  crumbs: (name: string) => Crumb[];
};

export type Found = { route: Route; name: string };

const IAM: Crumb = { text: "IAM", href: paths.DASHBOARD };
const CREDENTIALS: Crumb = { text: "Security credentials", href: paths.MY_CREDENTIALS };
const SETTINGS: Crumb = { text: "Account settings", href: paths.SETTINGS };
const USERS: Crumb = { text: "Users", href: paths.USERS };
const GROUPS: Crumb = { text: "User groups", href: paths.GROUPS };
const ROLES: Crumb = { text: "Roles", href: paths.ROLES };
const PROVIDERS: Crumb = { text: "Identity providers", href: paths.PROVIDERS };

function route(
  pattern: string,
  kind: AppLayoutProps.ContentType,
  nav: string,
  load: () => Promise<PageModule>,
  crumbs: (name: string) => Crumb[],
): Route {
  return { pattern, kind, nav, page: lazy(load), crumbs: (name) => [IAM, ...crumbs(name)] };
}

function here(text: string): Crumb {
  return { text, href: "" };
}

function user(name: string): Crumb {
  return { text: name, href: paths.userPath(name) };
}

const home: Route = {
  pattern: paths.HOME,
  kind: "default",
  nav: undefined,
  page: lazy(() => import("../pages/home.tsx")),
  crumbs: () => [],
};

const unknown: Route = { ...home, pattern: "", page: lazy(() => import("../pages/unknown.tsx")) };

const ROUTES: readonly Route[] = [
  home,
  route(
    paths.DASHBOARD,
    "dashboard",
    paths.DASHBOARD,
    () => import("../pages/dashboard/page.tsx"),
    () => [here("Dashboard")],
  ),
  route(
    paths.SETTINGS,
    "default",
    paths.SETTINGS,
    () => import("../pages/settings/page.tsx"),
    () => [here("Account settings")],
  ),
  route(
    paths.EDIT_POLICY,
    "form",
    paths.SETTINGS,
    () => import("../pages/settings/edit-policy.tsx"),
    () => [SETTINGS, here("Edit password policy")],
  ),
  route(
    paths.ROOT_EMAIL,
    "form",
    paths.SETTINGS,
    () => import("../pages/settings/root-email.tsx"),
    () => [SETTINGS, here("Change root user email address")],
  ),
  route(
    paths.MY_CREDENTIALS,
    "default",
    paths.MY_CREDENTIALS,
    () => import("../pages/credentials/page.tsx"),
    () => [here("Security credentials")],
  ),
  route(
    paths.CHANGE_PASSWORD,
    "form",
    paths.MY_CREDENTIALS,
    () => import("../pages/credentials/change-password.tsx"),
    () => [CREDENTIALS, here("Change password")],
  ),
  route(
    paths.ASSIGN_MFA,
    "wizard",
    paths.MY_CREDENTIALS,
    () => import("../pages/mfa/page.tsx"),
    () => [CREDENTIALS, here("Assign MFA device")],
  ),
  route(
    paths.CREATE_KEY,
    "wizard",
    paths.MY_CREDENTIALS,
    () => import("../pages/access-key/page.tsx"),
    () => [CREDENTIALS, here("Create access key")],
  ),
  route(
    paths.RECOVERY_CODES,
    "form",
    paths.MY_CREDENTIALS,
    () => import("../pages/credentials/recovery-codes.tsx"),
    () => [CREDENTIALS, here("Recovery codes")],
  ),
  route(
    paths.USERS,
    "table",
    paths.USERS,
    () => import("../pages/users/page.tsx"),
    () => [here("Users")],
  ),
  route(
    paths.CREATE_USER,
    "wizard",
    paths.USERS,
    () => import("../pages/create-user/page.tsx"),
    () => [USERS, here("Create user")],
  ),
  route(
    paths.userPath(":name"),
    "default",
    paths.USERS,
    () => import("../pages/user/page.tsx"),
    (name) => [USERS, here(name)],
  ),
  route(
    paths.userPage(":name", "assign-mfa"),
    "wizard",
    paths.USERS,
    () => import("../pages/mfa/page.tsx"),
    (name) => [USERS, user(name), here("Assign MFA device")],
  ),
  route(
    paths.userPage(":name", "create-access-key"),
    "wizard",
    paths.USERS,
    () => import("../pages/access-key/page.tsx"),
    (name) => [USERS, user(name), here("Create access key")],
  ),
  route(
    paths.GROUPS,
    "table",
    paths.GROUPS,
    () => import("../pages/groups/page.tsx"),
    () => [here("User groups")],
  ),
  route(
    paths.CREATE_GROUP,
    "form",
    paths.GROUPS,
    () => import("../pages/create-group/page.tsx"),
    () => [GROUPS, here("Create user group")],
  ),
  route(
    paths.groupPath(":name"),
    "default",
    paths.GROUPS,
    () => import("../pages/group/page.tsx"),
    (name) => [GROUPS, here(name)],
  ),
  route(
    paths.ROLES,
    "table",
    paths.ROLES,
    () => import("../pages/roles/page.tsx"),
    () => [here("Roles")],
  ),
  route(
    paths.CREATE_ROLE,
    "wizard",
    paths.ROLES,
    () => import("../pages/create-role/page.tsx"),
    () => [ROLES, here("Create role")],
  ),
  route(
    paths.rolePath(":name"),
    "default",
    paths.ROLES,
    () => import("../pages/role/page.tsx"),
    (name) => [ROLES, here(name)],
  ),
  route(
    paths.editTrustPath(":name"),
    "form",
    paths.ROLES,
    () => import("../pages/role/edit-trust.tsx"),
    (name) => [ROLES, { text: name, href: paths.rolePath(name) }, here("Edit trust policy")],
  ),
  route(
    paths.PROVIDERS,
    "table",
    paths.PROVIDERS,
    () => import("../pages/providers/page.tsx"),
    () => [here("Identity providers")],
  ),
  route(
    paths.ADD_PROVIDER,
    "form",
    paths.PROVIDERS,
    () => import("../pages/add-provider/page.tsx"),
    () => [PROVIDERS, here("Add an Identity provider")],
  ),
  route(
    paths.providerPath(":name"),
    "default",
    paths.PROVIDERS,
    () => import("../pages/provider/page.tsx"),
    (arn) => [PROVIDERS, here(providerName(arn))],
  ),
  route(
    paths.REPORT,
    "table",
    paths.REPORT,
    () => import("../pages/report/page.tsx"),
    () => [here("Credential report")],
  ),
];

const MATCHERS = ROUTES.map((each) => ({ route: each, matches: matcher(each.pattern) }));

function matcher(pattern: string): (path: string) => string | undefined {
  const [before = "", after = ""] = pattern.split(encodeURIComponent(":name"));
  if (before === pattern) return (path) => (path === pattern ? "" : undefined);
  return (path) => {
    if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
    const name = path.slice(before.length, path.length - after.length);
    return name === "" || name.includes("/") ? undefined : decoded(name);
  };
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** The page of a path, with the name in it; the page that says so when there is none. */
export function find(path: string): Found {
  const plain = path.length > 1 ? path.replace(/\/$/, "") : path;
  for (const { route, matches } of MATCHERS) {
    const name = matches(plain);
    if (name !== undefined) return { route, name };
  }
  return { route: unknown, name: "" };
}
