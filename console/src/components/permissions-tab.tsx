import type { AttachedPermissionsBoundary } from "@aws-sdk/client-iam";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { UserOrRole } from "../data/permissions-boundaries.ts";
import { PermissionsBoundary } from "./permissions-boundary.tsx";
import { PermissionsPolicies } from "./permissions-policies.tsx";

type Props = {
  entity: UserOrRole;
  boundary: AttachedPermissionsBoundary | undefined;
  onChanged: () => void;
};

/** The policies and the permissions boundary of a user or role. */
export function PermissionsTab({ entity, boundary, onChanged }: Props) {
  return (
    <SpaceBetween size="l">
      <PermissionsPolicies entity={entity} />
      <PermissionsBoundary entity={entity} arn={boundary?.PermissionsBoundaryArn} onChanged={onChanged} />
    </SpaceBetween>
  );
}
