import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { PolicyPicker } from "../../components/policy-picker.tsx";
import { isPermissionsComplete, type StepProps } from "./form-values.ts";

/** The second step: the role's permissions. */
export function PermissionsStep(props: StepProps) {
  const { values, onChange } = props;
  return (
    <SpaceBetween size="l">
      <PolicyPicker
        title="Permissions policies"
        selected={values.policies}
        onChange={(policies) => onChange({ policies })}
      />
      <BoundaryFields {...props} />
    </SpaceBetween>
  );
}

function BoundaryFields({ values, showErrors, onChange }: StepProps) {
  const error =
    showErrors && !isPermissionsComplete(values) && "Choose a policy to set as the permissions boundary.";
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
            value={values.hasBoundary ? "set" : "none"}
            onChange={({ detail }) => onChange({ hasBoundary: detail.value === "set" })}
            items={[
              { value: "none", label: "Create role without a permissions boundary" },
              {
                value: "set",
                label: "Use a permissions boundary to control the maximum role permissions",
              },
            ]}
          />
        </FormField>
      </Container>
      {values.hasBoundary && (
        <PolicyPicker
          title="Permissions boundary"
          type="single"
          selected={values.boundary}
          onChange={(boundary) => onChange({ boundary })}
        />
      )}
    </>
  );
}
