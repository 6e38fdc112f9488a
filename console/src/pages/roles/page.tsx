import type { Role } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { getRole, isServiceLinked, listRoles, trustPolicy } from "../../data/roles.ts";
import { trustedEntities } from "../../data/trust-policy.ts";
import { DeleteRolesDialog } from "../../parts/delete-roles-dialog.tsx";
import { Inventory } from "../../parts/inventory.tsx";
import { formatDate, formatDaysAgo } from "../../shared/format.ts";
import { CREATE_ROLE, rolePath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";

const COLUMNS: readonly Column<Role>[] = [
  {
    id: "name",
    header: "Role name",
    text: nameOf,
    cell: (role) => <Link href={rolePath(nameOf(role))}>{nameOf(role)}</Link>,
  },
  { id: "trusted", header: "Trusted entities", text: trustedText },
  { id: "activity", header: "Last activity", cell: (role) => <LastActivity of={nameOf(role)} /> },
  { id: "path", header: "Path", text: ({ Path = "/" }) => Path },
  {
    id: "created",
    header: "Created",
    text: ({ CreateDate }) => formatDate(CreateDate),
    sortValue: ({ CreateDate }) => CreateDate?.getTime() ?? 0,
  },
];

function nameOf({ RoleName = "" }: Role): string {
  return RoleName;
}

function trustedText(role: Role): string {
  const entities = trustedEntities(trustPolicy(role)).join(", ");
  return isServiceLinked(role) ? `${entities} (Service-Linked Role)` : entities || "–";
}

/** Lists do not tell it, so each role that is shown is asked for by itself. */
function LastActivity({ of }: { of: string }) {
  const role = useLoad(`role ${of}`, () => getRole(of));
  return formatDaysAgo(role.data?.RoleLastUsed?.LastUsedDate);
}

export default function Roles() {
  const roles = useLoad("roles", listRoles);
  return (
    <Inventory
      title="Roles"
      description="An IAM role is an identity with permissions that people, programs and services assume for a while, instead of having credentials of their own."
      pluralName="roles"
      loaded={roles}
      columns={COLUMNS}
      getName={nameOf}
      create={{ text: "Create role", href: CREATE_ROLE }}
      deletion={(chosen, dialog) => <DeleteRolesDialog roles={chosen} {...dialog} />}
      empty="No roles."
    />
  );
}
