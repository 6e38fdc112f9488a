import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ACCOUNT_SETTINGS, CREDENTIAL_REPORT, SECURITY_CREDENTIALS } from "../../shared/paths.ts";

const LINKS = [
  {
    text: "My security credentials",
    href: SECURITY_CREDENTIALS,
    detail: "Manage your password, MFA devices, and access keys.",
  },
  {
    text: "Account settings",
    href: ACCOUNT_SETTINGS,
    detail: "Manage the password policy and the account name.",
  },
  {
    text: "Credential report",
    href: CREDENTIAL_REPORT,
    detail: "View the status of all users' passwords, access keys, and MFA devices.",
  },
];

export function QuickLinks() {
  return (
    <Container header={<Header>Quick links</Header>}>
      <SpaceBetween size="m">
        {LINKS.map(({ text, href, detail }) => (
          <div key={href}>
            <Link href={href}>{text}</Link>
            <Box color="text-body-secondary">{detail}</Box>
          </div>
        ))}
      </SpaceBetween>
    </Container>
  );
}
