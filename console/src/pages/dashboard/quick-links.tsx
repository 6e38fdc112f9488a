import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { MY_CREDENTIALS, REPORT, SETTINGS } from "../../shared/paths.ts";

const LINKS = [
  {
    text: "My security credentials",
    href: MY_CREDENTIALS,
    detail: "Your password, MFA devices and access keys.",
  },
  { text: "Account settings", href: SETTINGS, detail: "Rules for passwords and for signing in." },
  { text: "Credential report", href: REPORT, detail: "Every user's passwords, keys and MFA in one table." },
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
