import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { SYMBOLS } from "../../data/password.ts";
import type { PasswordPolicyForm } from "./form-values.ts";
import { NumberField } from "./number-field.tsx";
import { MAX_AGE, PASSWORD_LENGTH, REUSE_PREVENTION } from "./number-ranges.ts";

type Props = { form: PasswordPolicyForm; onChange: (update: Partial<PasswordPolicyForm>) => void };

/** The fields of AWS's password policy. */
export function PasswordPolicyFields({ form, onChange }: Props) {
  return (
    <Container
      header={
        <Header description="The password policy of the IAM API, which all AWS tools can read.">
          Password policy
        </Header>
      }
    >
      <SpaceBetween size="l">
        <RadioGroup
          ariaLabel="Password policy"
          value={form.custom ? "custom" : "default"}
          onChange={({ detail }) => onChange({ custom: detail.value === "custom" })}
          items={[
            { value: "default", label: "IAM default", description: "Apply default password requirements." },
            { value: "custom", label: "Custom", description: "Apply customized password requirements." },
          ]}
        />
        {form.custom && <StrengthFields form={form} onChange={onChange} />}
        {form.custom && <OtherFields form={form} onChange={onChange} />}
      </SpaceBetween>
    </Container>
  );
}

function StrengthFields({ form, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      <NumberField
        label="Password minimum length"
        description="Enforce a minimum length of characters."
        unit="characters"
        range={PASSWORD_LENGTH}
        value={form.minimumLength}
        onChange={(minimumLength) => onChange({ minimumLength })}
      />
      <FormField label="Password strength">
        <SpaceBetween size="xs">
          <LabeledCheckbox checked={form.uppercase} onChange={(uppercase) => onChange({ uppercase })}>
            Require at least one uppercase letter from the Latin alphabet (A-Z)
          </LabeledCheckbox>
          <LabeledCheckbox checked={form.lowercase} onChange={(lowercase) => onChange({ lowercase })}>
            Require at least one lowercase letter from the Latin alphabet (a-z)
          </LabeledCheckbox>
          <LabeledCheckbox checked={form.numbers} onChange={(numbers) => onChange({ numbers })}>
            Require at least one number
          </LabeledCheckbox>
          <LabeledCheckbox checked={form.symbols} onChange={(symbols) => onChange({ symbols })}>
            Require at least one non-alphanumeric character ( {[...SYMBOLS].join(" ")} )
          </LabeledCheckbox>
        </SpaceBetween>
      </FormField>
    </SpaceBetween>
  );
}

function OtherFields({ form, onChange }: Props) {
  return (
    <FormField label="Other requirements">
      <SpaceBetween size="xs">
        <LabeledCheckbox checked={form.expires} onChange={(expires) => onChange({ expires })}>
          Turn on password expiration
        </LabeledCheckbox>
        {form.expires && (
          <Indented>
            <NumberField
              label="Expire password in"
              unit="day(s)"
              range={MAX_AGE}
              value={form.maxAge}
              onChange={(maxAge) => onChange({ maxAge })}
            />
            <LabeledCheckbox checked={form.hardExpiry} onChange={(hardExpiry) => onChange({ hardExpiry })}>
              Password expiration requires administrator reset
            </LabeledCheckbox>
          </Indented>
        )}
        <LabeledCheckbox
          checked={form.allowUsersToChange}
          onChange={(allowUsersToChange) => onChange({ allowUsersToChange })}
        >
          Allow users to change their own password
        </LabeledCheckbox>
        <LabeledCheckbox checked={form.preventReuse} onChange={(preventReuse) => onChange({ preventReuse })}>
          Prevent password reuse
        </LabeledCheckbox>
        {form.preventReuse && (
          <Indented>
            <NumberField
              label="Remember"
              unit="password(s)"
              range={REUSE_PREVENTION}
              value={form.reusePrevention}
              onChange={(reusePrevention) => onChange({ reusePrevention })}
            />
          </Indented>
        )}
      </SpaceBetween>
    </FormField>
  );
}

function Indented({ children }: { children: ReactNode }) {
  return (
    <div className="indented">
      <SpaceBetween size="s">{children}</SpaceBetween>
    </div>
  );
}

export function LabeledCheckbox(props: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  description?: string;
  children: ReactNode;
}) {
  return (
    <Checkbox
      checked={props.checked}
      description={props.description}
      onChange={({ detail }) => props.onChange(detail.checked)}
    >
      {props.children}
    </Checkbox>
  );
}
