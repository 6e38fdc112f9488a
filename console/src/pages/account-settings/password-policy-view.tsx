import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { getSecuritySettings } from "../../api/iamd.ts";
import {
  customPolicyRules,
  DEFAULT_POLICY_RULES,
  getPasswordPolicy,
  securitySettingsRules,
} from "../../data/password-policy.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { BulletList } from "../../shared/bullet-list.tsx";
import { EDIT_PASSWORD_POLICY } from "../../shared/paths.ts";
import { useLoad } from "../../state/load.ts";

/** The rules of the saved password policy, and the additional rules of iamd. */
export function PasswordPolicyView() {
  const policy = useLoad("policy", getPasswordPolicy);
  const settings = useLoad("settings", getSecuritySettings);
  return (
    <Container
      header={
        <Header
          description="Password requirements for the root user and the IAM users in this account."
          actions={<Button href={EDIT_PASSWORD_POLICY}>Edit</Button>}
        >
          Password policy
        </Header>
      }
    >
      <SpaceBetween size="l">
        <AsyncContent state={policy}>
          {(customPolicy) => (
            <div>
              <Box padding={{ bottom: "xs" }}>
                This iamd account uses the following {customPolicy === null ? "default" : "custom"} password
                policy:
              </Box>
              <BulletList
                items={customPolicy === null ? DEFAULT_POLICY_RULES : customPolicyRules(customPolicy)}
              />
            </div>
          )}
        </AsyncContent>
        <div>
          <Box variant="h3">Additional rules</Box>
          <AsyncContent state={settings}>
            {(data) => <SecuritySettingsRules rules={securitySettingsRules(data.SecuritySettings)} />}
          </AsyncContent>
        </div>
      </SpaceBetween>
    </Container>
  );
}

function SecuritySettingsRules({ rules }: { rules: string[] }) {
  if (rules.length === 0) return <Box color="text-body-secondary">None enabled</Box>;
  return <BulletList items={rules} />;
}
