import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { PolicyPicker } from "../../parts/policy-picker.tsx";
import { hasPermissions, type StepProps } from "./choices.ts";

/** The second step: what the role may do. */
export function PermissionsStep(props: StepProps) {
  const { choices, onChange } = props;
  return (
    <SpaceBetween size="l">
      <PolicyPicker
        title="Permissions policies"
        chosen={choices.policies}
        onChange={(policies) => onChange({ policies })}
      />
      <BoundaryChoice {...props} />
    </SpaceBetween>
  );
}

function BoundaryChoice({ choices, incomplete, onChange }: StepProps) {
  const error = incomplete && !hasPermissions(choices) && "Choose a policy for the boundary below.";
  return (
    <>
      <Container
        header={
          <Header>
            Set permissions boundary – <i>optional</i>
          </Header>
        }
      >
        <FormField errorText={error}>
          <RadioGroup
            ariaLabel="Permissions boundary"
            value={choices.bounded ? "bounded" : "free"}
            onChange={({ detail }) => onChange({ bounded: detail.value === "bounded" })}
            items={[
              { value: "free", label: "Create role without a permissions boundary" },
              {
                value: "bounded",
                label: "Use a permissions boundary to control the maximum role permissions",
              },
            ]}
          />
        </FormField>
      </Container>
      {choices.bounded && (
        <PolicyPicker
          title="Permissions boundary"
          type="single"
          chosen={choices.boundary}
          onChange={(boundary) => onChange({ boundary })}
        />
      )}
    </>
  );
}
