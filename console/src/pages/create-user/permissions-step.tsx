import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { GroupPicker } from "../../components/group-picker.tsx";
import { PolicyPicker } from "../../components/policy-picker.tsx";
import type { UserFormValues } from "./form-values.ts";

type Props = { values: UserFormValues; onChange: (update: Partial<UserFormValues>) => void };

export function PermissionsStep({ values, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header>Permissions options</Header>}>
        <Tiles
          ariaLabel="Permissions options"
          columns={2}
          value={values.permissionsOption}
          onChange={({ detail }) =>
            onChange({ permissionsOption: detail.value as UserFormValues["permissionsOption"] })
          }
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
      {values.permissionsOption === "groups" ? (
        <GroupPicker selected={values.groups} onChange={(groups) => onChange({ groups })} />
      ) : (
        <PolicyPicker
          title="Permissions policies"
          selected={values.policies}
          onChange={(policies) => onChange({ policies })}
        />
      )}
    </SpaceBetween>
  );
}
