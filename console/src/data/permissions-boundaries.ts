/** Permissions boundaries, which limit what the policies of a user or role can grant. */
import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { iam } from "../api/iam.ts";

export type UserOrRole = { kind: "user" | "role"; name: string };

export async function putPermissionsBoundary(
  { kind, name }: UserOrRole,
  PermissionsBoundary: string,
): Promise<void> {
  await (kind === "user"
    ? iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary }))
    : iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })));
}

export async function deletePermissionsBoundary({ kind, name }: UserOrRole): Promise<void> {
  await (kind === "user"
    ? iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }))
    : iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name })));
}
