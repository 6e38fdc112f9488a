import type { AppLayoutProps } from "@cloudscape-design/components/app-layout";
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import { type ComponentType, lazy } from "react";
import { providerName } from "../data/trust-policy.ts";
import * as paths from "../shared/paths.ts";

type Breadcrumb = BreadcrumbGroupProps.Item;
type PageModule = { default: ComponentType<{ name: string }> };

export type Route = {
  /** A path, in which `:name` matches the name of the resource that the page shows. */
  pattern: string;
  page: ComponentType<{ name: string }>;
  contentType: AppLayoutProps.ContentType;
  /** The active link of the side navigation; a page without one has no side navigation. */
  navigationHref: string | undefined;
  breadcrumbs: (name: string) => Breadcrumb[];
};

export type RouteMatch = { route: Route; name: string };

const IAM: Breadcrumb = { text: "IAM", href: paths.DASHBOARD };
const CREDENTIALS: Breadcrumb = { text: "Security credentials", href: paths.SECURITY_CREDENTIALS };
const SETTINGS: Breadcrumb = { text: "Account settings", href: paths.ACCOUNT_SETTINGS };
const USERS: Breadcrumb = { text: "Users", href: paths.USERS };
const GROUPS: Breadcrumb = { text: "User groups", href: paths.GROUPS };
const ROLES: Breadcrumb = { text: "Roles", href: paths.ROLES };
const PROVIDERS: Breadcrumb = { text: "Identity providers", href: paths.PROVIDERS };
const SERVICES: Breadcrumb = { text: "Services", href: paths.SERVICES };

function route(
  pattern: string,
  contentType: AppLayoutProps.ContentType,
  navigationHref: string,
  load: () => Promise<PageModule>,
  breadcrumbs: (name: string) => Breadcrumb[],
): Route {
  return {
    pattern,
    contentType,
    navigationHref,
    page: lazy(load),
    breadcrumbs: (name) => [IAM, ...breadcrumbs(name)],
  };
}

function currentPage(text: string): Breadcrumb {
  return { text, href: "" };
}

function user(name: string): Breadcrumb {
  return { text: name, href: paths.userPath(name) };
}

const home: Route = {
  pattern: paths.HOME,
  contentType: "default",
  navigationHref: undefined,
  page: lazy(() => import("../pages/home.tsx")),
  breadcrumbs: () => [],
};

const notFound: Route = { ...home, pattern: "", page: lazy(() => import("../pages/not-found.tsx")) };

const ROUTES: readonly Route[] = [
  home,
  route(
    paths.DASHBOARD,
    "dashboard",
    paths.DASHBOARD,
    () => import("../pages/dashboard/page.tsx"),
    () => [currentPage("Dashboard")],
  ),
  route(
    paths.ACCOUNT_SETTINGS,
    "default",
    paths.ACCOUNT_SETTINGS,
    () => import("../pages/account-settings/page.tsx"),
    () => [currentPage("Account settings")],
  ),
  route(
    paths.EDIT_PASSWORD_POLICY,
    "form",
    paths.ACCOUNT_SETTINGS,
    () => import("../pages/account-settings/edit-password-policy.tsx"),
    () => [SETTINGS, currentPage("Edit password policy")],
  ),
  route(
    paths.CHANGE_ROOT_EMAIL,
    "form",
    paths.ACCOUNT_SETTINGS,
    () => import("../pages/account-settings/change-root-email.tsx"),
    () => [SETTINGS, currentPage("Change root user email address")],
  ),
  route(
    paths.SECURITY_CREDENTIALS,
    "default",
    paths.SECURITY_CREDENTIALS,
    () => import("../pages/security-credentials/page.tsx"),
    () => [currentPage("Security credentials")],
  ),
  route(
    paths.CHANGE_PASSWORD,
    "form",
    paths.SECURITY_CREDENTIALS,
    () => import("../pages/security-credentials/change-password.tsx"),
    () => [CREDENTIALS, currentPage("Change password")],
  ),
  route(
    paths.ASSIGN_MFA_DEVICE,
    "wizard",
    paths.SECURITY_CREDENTIALS,
    () => import("../pages/assign-mfa-device/page.tsx"),
    () => [CREDENTIALS, currentPage("Assign MFA device")],
  ),
  route(
    paths.CREATE_ACCESS_KEY,
    "wizard",
    paths.SECURITY_CREDENTIALS,
    () => import("../pages/create-access-key/page.tsx"),
    () => [CREDENTIALS, currentPage("Create access key")],
  ),
  route(
    paths.RECOVERY_CODES,
    "form",
    paths.SECURITY_CREDENTIALS,
    () => import("../pages/security-credentials/create-recovery-codes.tsx"),
    () => [CREDENTIALS, currentPage("Recovery codes")],
  ),
  route(
    paths.USERS,
    "table",
    paths.USERS,
    () => import("../pages/users/page.tsx"),
    () => [currentPage("Users")],
  ),
  route(
    paths.CREATE_USER,
    "wizard",
    paths.USERS,
    () => import("../pages/create-user/page.tsx"),
    () => [USERS, currentPage("Create user")],
  ),
  route(
    paths.userPath(":name"),
    "default",
    paths.USERS,
    () => import("../pages/user/page.tsx"),
    (name) => [USERS, currentPage(name)],
  ),
  route(
    paths.userActionPath(":name", "assign-mfa"),
    "wizard",
    paths.USERS,
    () => import("../pages/assign-mfa-device/page.tsx"),
    (name) => [USERS, user(name), currentPage("Assign MFA device")],
  ),
  route(
    paths.userActionPath(":name", "create-access-key"),
    "wizard",
    paths.USERS,
    () => import("../pages/create-access-key/page.tsx"),
    (name) => [USERS, user(name), currentPage("Create access key")],
  ),
  route(
    paths.GROUPS,
    "table",
    paths.GROUPS,
    () => import("../pages/groups/page.tsx"),
    () => [currentPage("User groups")],
  ),
  route(
    paths.CREATE_GROUP,
    "form",
    paths.GROUPS,
    () => import("../pages/create-group/page.tsx"),
    () => [GROUPS, currentPage("Create user group")],
  ),
  route(
    paths.groupPath(":name"),
    "default",
    paths.GROUPS,
    () => import("../pages/group/page.tsx"),
    (name) => [GROUPS, currentPage(name)],
  ),
  route(
    paths.ROLES,
    "table",
    paths.ROLES,
    () => import("../pages/roles/page.tsx"),
    () => [currentPage("Roles")],
  ),
  route(
    paths.CREATE_ROLE,
    "wizard",
    paths.ROLES,
    () => import("../pages/create-role/page.tsx"),
    () => [ROLES, currentPage("Create role")],
  ),
  route(
    paths.rolePath(":name"),
    "default",
    paths.ROLES,
    () => import("../pages/role/page.tsx"),
    (name) => [ROLES, currentPage(name)],
  ),
  route(
    paths.editTrustPolicyPath(":name"),
    "form",
    paths.ROLES,
    () => import("../pages/role/edit-trust-policy.tsx"),
    (name) => [ROLES, { text: name, href: paths.rolePath(name) }, currentPage("Edit trust policy")],
  ),
  route(
    paths.PROVIDERS,
    "table",
    paths.PROVIDERS,
    () => import("../pages/providers/page.tsx"),
    () => [currentPage("Identity providers")],
  ),
  route(
    paths.ADD_PROVIDER,
    "form",
    paths.PROVIDERS,
    () => import("../pages/add-provider/page.tsx"),
    () => [PROVIDERS, currentPage("Add an identity provider")],
  ),
  route(
    paths.providerPath(":name"),
    "default",
    paths.PROVIDERS,
    () => import("../pages/provider/page.tsx"),
    (arn) => [PROVIDERS, currentPage(providerName(arn))],
  ),
  route(
    paths.SERVICES,
    "default",
    paths.SERVICES,
    () => import("../pages/services/page.tsx"),
    () => [currentPage("Services")],
  ),
  route(
    paths.CREATE_API_KEY,
    "form",
    paths.SERVICES,
    () => import("../pages/create-api-key/page.tsx"),
    () => [SERVICES, currentPage("Create API key")],
  ),
  route(
    paths.CREDENTIAL_REPORT,
    "table",
    paths.CREDENTIAL_REPORT,
    () => import("../pages/credential-report/page.tsx"),
    () => [currentPage("Credential report")],
  ),
];

const MATCHERS = ROUTES.map((route) => ({ route, matches: matcher(route.pattern) }));

function matcher(pattern: string): (path: string) => string | undefined {
  const [prefix = "", suffix = ""] = pattern.split(encodeURIComponent(":name"));
  if (prefix === pattern) return (path) => (path === pattern ? "" : undefined);
  return (path) => {
    if (!path.startsWith(prefix) || !path.endsWith(suffix)) return undefined;
    const name = path.slice(prefix.length, path.length - suffix.length);
    return name === "" || name.includes("/") ? undefined : decode(name);
  };
}

function decode(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** The route of a path, with the name in it; "Page not found" if there is none. */
export function findRoute(path: string): RouteMatch {
  const pathname = path.length > 1 ? path.replace(/\/$/, "") : path;
  for (const { route, matches } of MATCHERS) {
    const name = matches(pathname);
    if (name !== undefined) return { route, name };
  }
  return { route: notFound, name: "" };
}
