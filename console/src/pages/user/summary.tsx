import type { LoginProfile, User } from "@aws-sdk/client-iam";
import { Copyable } from "../../shared/copyable.tsx";
import { Summary } from "../../shared/summary.tsx";
import { agoText, dateText } from "../../shared/text.ts";

type Props = { user: User; profile: LoginProfile | null | undefined };

export function UserSummary({ user, profile }: Props) {
  const access = profile === null ? "Disabled" : profile ? "Enabled" : "–";
  return (
    <Summary
      items={[
        { label: "ARN", value: <Copyable value={user.Arn ?? ""} name="ARN" /> },
        { label: "Console access", value: access },
        {
          label: "Last console sign-in",
          value: user.PasswordLastUsed ? agoText(user.PasswordLastUsed) : "Never",
        },
        { label: "Created", value: dateText(user.CreateDate) },
        { label: "Path", value: user.Path ?? "/" },
      ]}
    />
  );
}
