import type { Role } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { DeleteRolesDialog } from "../../components/delete-roles-dialog.tsx";
import { ResourceListPage } from "../../components/resource-list-page.tsx";
import { decodeTrustPolicy, getRole, isServiceLinked, listRoles } from "../../data/roles.ts";
import { trustedEntities } from "../../data/trust-policy.ts";
import { formatDate, formatDaysAgo } from "../../shared/format.ts";
import { CREATE_ROLE, rolePath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";

const COLUMNS: readonly Column<Role>[] = [
  {
    id: "name",
    header: "Role name",
    text: getName,
    cell: (role) => <Link href={rolePath(getName(role))}>{getName(role)}</Link>,
  },
  { id: "trusted", header: "Trusted entities", text: formatTrustedEntities },
  { id: "activity", header: "Last activity", cell: (role) => <LastActivity roleName={getName(role)} /> },
  { id: "path", header: "Path", text: ({ Path = "/" }) => Path },
  {
    id: "created",
    header: "Created",
    text: ({ CreateDate }) => formatDate(CreateDate),
    sortValue: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
  },
];

function getName({ RoleName = "" }: Role): string {
  return RoleName;
}

function formatTrustedEntities(role: Role): string {
  const entities = trustedEntities(decodeTrustPolicy(role)).join(", ");
  return isServiceLinked(role) ? `${entities} (Service-Linked Role)` : entities || "–";
}

/** ListRoles does not return the last activity, so it is loaded for each role on the page. */
function LastActivity({ roleName }: { roleName: string }) {
  const role = useLoad(`role ${roleName}`, () => getRole(roleName));
  return formatDaysAgo(role.data?.RoleLastUsed?.LastUsedDate);
}

export default function Roles() {
  const roles = useLoad("roles", listRoles);
  return (
    <ResourceListPage
      title="Roles"
      description="An IAM role is an identity you can create that has specific permissions with credentials that are valid for short durations. Roles can be assumed by entities that you trust."
      pluralName="roles"
      loaded={roles}
      columns={COLUMNS}
      getName={getName}
      createLink={{ text: "Create role", href: CREATE_ROLE }}
      deleteDialog={(selected, dialog) => <DeleteRolesDialog roles={selected} {...dialog} />}
      empty="No roles"
    />
  );
}
