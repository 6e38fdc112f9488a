import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { GroupPicker } from "../../parts/group-picker.tsx";
import { PolicyPicker } from "../../parts/policy-picker.tsx";
import type { Choices } from "./choices.ts";

type Props = { choices: Choices; onChange: (change: Partial<Choices>) => void };

export function PermissionsStep({ choices, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header>Permissions options</Header>}>
        <Tiles
          ariaLabel="Permissions options"
          columns={2}
          value={choices.way}
          onChange={({ detail }) => onChange({ way: detail.value as Choices["way"] })}
          items={[
            {
              value: "groups",
              label: "Add user to group",
              description:
                "Add user to an existing group, or create a new group. We recommend using groups to manage user permissions by job function.",
            },
            {
              value: "policies",
              label: "Attach policies directly",
              description:
                "Attach a managed policy directly to a user. As a best practice, we recommend attaching policies to a group instead.",
            },
          ]}
        />
      </Container>
      {choices.way === "groups" ? (
        <GroupPicker chosen={choices.groups} onChange={(groups) => onChange({ groups })} />
      ) : (
        <PolicyPicker
          title="Permissions policies"
          chosen={choices.policies}
          onChange={(policies) => onChange({ policies })}
        />
      )}
    </SpaceBetween>
  );
}
