import type { Role } from "@aws-sdk/client-iam";
import { DeleteRolesDialog } from "../../components/delete-roles-dialog.tsx";
import { PermissionsTab } from "../../components/permissions-tab.tsx";
import { TagsTab } from "../../components/tags-tab.tsx";
import { getRole } from "../../data/roles.ts";
import { DetailPage } from "../../shared/detail-page.tsx";
import { ROLES, type RoleTab } from "../../shared/paths.ts";
import { UrlTabs } from "../../shared/url-tabs.tsx";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { RevokeSessionsTab } from "./revoke-sessions-tab.tsx";
import { RoleSummary } from "./role-summary.tsx";
import { TrustRelationshipsTab } from "./trust-relationships-tab.tsx";

export default function RolePage({ name }: { name: string }) {
  const role = useLoad(`role ${name}`, () => getRole(name));
  return (
    <DetailPage
      title={name}
      resource={role}
      deleteDialog={(data, close) => (
        <DeleteRolesDialog roles={[data]} onDeleted={() => navigate(ROLES)} onCancel={close} />
      )}
    >
      {(data) => (
        <>
          <RoleSummary role={data} onChanged={role.reload} />
          <RoleTabs role={data} reload={role.reload} />
        </>
      )}
    </DetailPage>
  );
}

function RoleTabs({ role, reload }: { role: Role; reload: () => void }) {
  const entity = { kind: "role", name: role.RoleName ?? "" } as const;
  return (
    <UrlTabs
      label="Role"
      tabs={[
        {
          id: "permissions" satisfies RoleTab,
          label: "Permissions",
          content: () => (
            <PermissionsTab entity={entity} boundary={role.PermissionsBoundary} onChanged={reload} />
          ),
        },
        {
          id: "trust_relationships" satisfies RoleTab,
          label: "Trust relationships",
          content: () => <TrustRelationshipsTab role={role} />,
        },
        {
          id: "tags" satisfies RoleTab,
          label: "Tags",
          content: () => <TagsTab resource={entity} tags={role.Tags} onSaved={reload} />,
        },
        {
          id: "revoke_sessions" satisfies RoleTab,
          label: "Revoke sessions",
          content: () => <RevokeSessionsTab name={entity.name} />,
        },
      ]}
    />
  );
}
