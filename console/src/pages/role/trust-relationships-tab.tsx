import type { Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { decodeTrustPolicy, isServiceLinked } from "../../data/roles.ts";
import { trustedEntities } from "../../data/trust-policy.ts";
import { BulletList } from "../../shared/bullet-list.tsx";
import { JsonView } from "../../shared/json.tsx";
import { editTrustPolicyPath } from "../../shared/paths.ts";

/** The role's trusted entities and trust policy. */
export function TrustRelationshipsTab({ role }: { role: Role }) {
  const document = decodeTrustPolicy(role);
  return (
    <Container
      header={
        <Header
          description="Entities that can assume this role under specified conditions."
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
        <BulletList items={trustedEntities(document)} />
        <JsonView name="Trust policy" text={document} />
      </SpaceBetween>
    </Container>
  );
}
