import type { Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { isServiceLinked, trustPolicy } from "../../data/roles.ts";
import { trustedEntities } from "../../data/trust-policy.ts";
import { BulletList } from "../../shared/bullet-list.tsx";
import { JsonView } from "../../shared/json.tsx";
import { editTrustPolicyPath } from "../../shared/paths.ts";

/** Who may assume the role. */
export function TrustTab({ role }: { role: Role }) {
  const trust = trustPolicy(role);
  return (
    <Container
      header={
        <Header
          description="Who can assume this role, where the conditions are met."
          actions={
            !isServiceLinked(role) && (
              <Button href={editTrustPolicyPath(role.RoleName ?? "")}>Edit trust policy</Button>
            )
          }
        >
          Trusted entities
        </Header>
      }
    >
      <SpaceBetween size="m">
        <BulletList items={trustedEntities(trust)} />
        <JsonView name="Trust policy" text={trust} />
      </SpaceBetween>
    </Container>
  );
}
