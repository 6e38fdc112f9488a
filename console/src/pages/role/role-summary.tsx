import type { Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { listInstanceProfiles } from "../../data/roles.ts";
import { HOUR } from "../../data/session-duration.ts";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { formatDate, formatDaysAgo, formatDuration } from "../../shared/format.ts";
import { Summary } from "../../shared/summary.tsx";
import { useLoad } from "../../state/load.ts";
import { EditRoleDialog } from "./edit-role-dialog.tsx";

type Props = { role: Role; onChanged: () => void };

export function RoleSummary({ role, onChanged }: Props) {
  const [editing, setEditing] = useState(false);
  const close = () => setEditing(false);
  const handleSaved = () => {
    close();
    onChanged();
  };
  return (
    <Summary
      actions={
        <Button ariaLabel="Edit summary" onClick={() => setEditing(true)}>
          Edit
        </Button>
      }
      items={[
        { label: "ARN", value: <CopyableText value={role.Arn ?? ""} name="ARN" /> },
        { label: "Creation date", value: formatDate(role.CreateDate) },
        { label: "Last activity", value: formatDaysAgo(role.RoleLastUsed?.LastUsedDate) },
        { label: "Maximum session duration", value: formatDuration(role.MaxSessionDuration ?? HOUR) },
        {
          label: "Description",
          value: <span className="breakable">{role.Description || "–"}</span>,
        },
        { label: "Instance profile ARN", value: <InstanceProfiles roleName={role.RoleName ?? ""} /> },
      ]}
    >
      {editing && <EditRoleDialog role={role} onSaved={handleSaved} onCancel={close} />}
    </Summary>
  );
}

function InstanceProfiles({ roleName }: { roleName: string }) {
  const profiles = useLoad(`instance profiles of ${roleName}`, () => listInstanceProfiles(roleName));
  if (!profiles.data?.length) return "–";
  return (
    <SpaceBetween size="xxs">
      {profiles.data.map(({ Arn = "" }) => (
        <CopyableText key={Arn} value={Arn} name="Instance profile ARN" />
      ))}
    </SpaceBetween>
  );
}
