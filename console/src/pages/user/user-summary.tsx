import type { LoginProfile, User } from "@aws-sdk/client-iam";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { formatDate, formatDaysAgo } from "../../shared/format.ts";
import { Summary } from "../../shared/summary.tsx";

type Props = { user: User; profile: LoginProfile | null | undefined };

export function UserSummary({ user, profile }: Props) {
  const access = profile === null ? "Disabled" : profile ? "Enabled" : "–";
  return (
    <Summary
      items={[
        { label: "ARN", value: <CopyableText value={user.Arn ?? ""} name="ARN" /> },
        { label: "Console access", value: access },
        {
          label: "Last console sign-in",
          value: user.PasswordLastUsed ? formatDaysAgo(user.PasswordLastUsed) : "Never",
        },
        { label: "Created", value: formatDate(user.CreateDate) },
        { label: "Path", value: user.Path ?? "/" },
      ]}
    />
  );
}
