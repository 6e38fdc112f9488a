/** Permissions boundaries: the most that a user's or a role's policies can give it. */
import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { iam } from "../api/iam.ts";

export type Bounded = { kind: "user" | "role"; name: string };

export async function putBoundary({ kind, name }: Bounded, PermissionsBoundary: string): Promise<void> {
  await (kind === "user"
    ? iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary }))
    : iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })));
}

export async function deleteBoundary({ kind, name }: Bounded): Promise<void> {
  await (kind === "user"
    ? iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }))
    : iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name })));
}
