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
    detail: "Your password, MFA devices and access keys.",
  },
  { text: "Account settings", href: ACCOUNT_SETTINGS, detail: "Rules for passwords and for signing in." },
  {
    text: "Credential report",
    href: CREDENTIAL_REPORT,
    detail: "Every user's passwords, keys and MFA in one table.",
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
