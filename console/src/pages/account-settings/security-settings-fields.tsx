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

/** The rules that AWS's policy has no place for. */
export function SecuritySettingsFields({ form, onChange }: Props) {
  return (
    <Container
      header={
        <Header description="Beyond what AWS has: kept apart from the policy above, and in force with the default policy too.">
          More rules of iamd
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
              Refuse common and breached passwords
            </LabeledCheckbox>
            <LabeledCheckbox
              checked={form.requireMfa}
              description="Whoever has no MFA device can then only set one up."
              onChange={(requireMfa) => onChange({ requireMfa })}
            >
              Require MFA to use the console
            </LabeledCheckbox>
          </SpaceBetween>
        </FormField>
        <ColumnLayout columns={2} minColumnWidth={260}>
          <NumberField
            label="Lock sign-in after"
            description="Failed attempts of one user in a row; 0 switches it off."
            unit="attempts"
            range={LOCKOUT_ATTEMPTS}
            value={form.attempts}
            onChange={(attempts) => onChange({ attempts })}
          />
          <NumberField
            label="Keep it locked for"
            description="An administrator can unlock a user before that."
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
