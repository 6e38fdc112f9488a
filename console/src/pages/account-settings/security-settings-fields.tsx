import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { SecuritySettingsForm } from "./form-values.ts";
import { NumberField } from "./number-field.tsx";
import { CHARACTER_CLASS_COUNT, LOCKOUT_ATTEMPTS, LOCKOUT_MINUTES } from "./number-ranges.ts";
import { LabeledCheckbox } from "./password-policy-fields.tsx";

type Props = { form: SecuritySettingsForm; onChange: (update: Partial<SecuritySettingsForm>) => void };

const CHARACTER_CLASSES = [
  { member: "uppercase", label: "Minimum uppercase letters" },
  { member: "lowercase", label: "Minimum lowercase letters" },
  { member: "digits", label: "Minimum digits" },
  { member: "symbols", label: "Minimum symbols" },
] as const;

/** The fields of the additional rules, which AWS's password policy does not have. */
export function SecuritySettingsFields({ form, onChange }: Props) {
  return (
    <Container
      header={
        <Header description="Rules in addition to those of AWS. They also apply with the default policy.">
          Additional rules
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ColumnLayout columns={4} minColumnWidth={180}>
          {CHARACTER_CLASSES.map(({ member, label }) => (
            <NumberField
              key={member}
              label={label}
              range={CHARACTER_CLASS_COUNT}
              value={form[member]}
              onChange={(value) => onChange({ [member]: value })}
            />
          ))}
        </ColumnLayout>
        <FormField label="Passwords and MFA">
          <SpaceBetween size="xs">
            <LabeledCheckbox
              checked={form.rejectCommon}
              onChange={(rejectCommon) => onChange({ rejectCommon })}
            >
              Reject common and breached passwords
            </LabeledCheckbox>
            <LabeledCheckbox
              checked={form.requireMfa}
              description="Users without an MFA device must set one up before they can use the console."
              onChange={(requireMfa) => onChange({ requireMfa })}
            >
              Require MFA to use the console
            </LabeledCheckbox>
          </SpaceBetween>
        </FormField>
        <ColumnLayout columns={2} minColumnWidth={260}>
          <NumberField
            label="Lock sign-in after"
            description="Consecutive failed attempts of a user. Enter 0 to turn off the lockout."
            unit="attempts"
            range={LOCKOUT_ATTEMPTS}
            value={form.attempts}
            onChange={(attempts) => onChange({ attempts })}
          />
          <NumberField
            label="Lockout duration"
            description="An administrator can unlock a user earlier."
            unit="minutes"
            range={LOCKOUT_MINUTES}
            value={form.minutes}
            onChange={(minutes) => onChange({ minutes })}
          />
        </ColumnLayout>
      </SpaceBetween>
    </Container>
  );
}
