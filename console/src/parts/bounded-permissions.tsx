import type { AttachedPermissionsBoundary } from "@aws-sdk/client-iam";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { UserOrRole } from "../data/permissions-boundaries.ts";
import { Boundary } from "./boundary.tsx";
import { Permissions } from "./permissions.tsx";

type Props = {
  entity: UserOrRole;
  boundary: AttachedPermissionsBoundary | undefined;
  onChanged: () => void;
};

/** What a user or a role may do: its policies, and the boundary that limits them. */
export function BoundedPermissions({ entity, boundary, onChanged }: Props) {
  return (
    <SpaceBetween size="l">
      <Permissions entity={entity} />
      <Boundary entity={entity} arn={boundary?.PermissionsBoundaryArn} onChanged={onChanged} />
    </SpaceBetween>
  );
}
