import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MoreDraft } from "./draft.ts";
import { NumberField } from "./number-field.tsx";
import { ATTEMPTS, CLASS_COUNT, MINUTES } from "./numbers.ts";
import { Tick } from "./policy-fields.tsx";

type Props = { draft: MoreDraft; onChange: (change: Partial<MoreDraft>) => void };

const CLASSES = [
  { member: "uppercase", label: "Minimum uppercase letters" },
  { member: "lowercase", label: "Minimum lowercase letters" },
  { member: "digits", label: "Minimum digits" },
  { member: "symbols", label: "Minimum symbols" },
] as const;

/** The rules that AWS's policy has no place for. */
export function MoreFields({ draft, onChange }: Props) {
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
          {CLASSES.map(({ member, label }) => (
            <NumberField
              key={member}
              label={label}
              bounds={CLASS_COUNT}
              value={draft[member]}
              onChange={(value) => onChange({ [member]: value })}
            />
          ))}
        </ColumnLayout>
        <FormField label="Passwords and MFA">
          <SpaceBetween size="xs">
            <Tick on={draft.refuseCommon} onChange={(refuseCommon) => onChange({ refuseCommon })}>
              Refuse common and breached passwords
            </Tick>
            <Tick
              on={draft.requireMfa}
              description="Whoever has no MFA device can then only set one up."
              onChange={(requireMfa) => onChange({ requireMfa })}
            >
              Require MFA to use the console
            </Tick>
          </SpaceBetween>
        </FormField>
        <ColumnLayout columns={2} minColumnWidth={260}>
          <NumberField
            label="Lock sign-in after"
            description="Failed attempts of one user in a row; 0 switches it off."
            unit="attempts"
            bounds={ATTEMPTS}
            value={draft.attempts}
            onChange={(attempts) => onChange({ attempts })}
          />
          <NumberField
            label="Keep it locked for"
            description="An administrator can unlock a user before that."
            unit="minutes"
            bounds={MINUTES}
            value={draft.minutes}
            onChange={(minutes) => onChange({ minutes })}
          />
        </ColumnLayout>
      </SpaceBetween>
    </Container>
  );
}
