import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { SYMBOLS } from "../../data/password.ts";
import type { Draft } from "./draft.ts";
import { NumberField } from "./number-field.tsx";
import { LENGTH, MAX_AGE, REMEMBERED } from "./numbers.ts";

type Props = { draft: Draft; onChange: (change: Partial<Draft>) => void };

/** AWS's part of the policy. */
export function PolicyFields({ draft, onChange }: Props) {
  return (
    <Container
      header={<Header description="As on AWS; every tool that speaks IAM sees it.">Password policy</Header>}
    >
      <SpaceBetween size="l">
        <RadioGroup
          ariaLabel="Password policy"
          value={draft.custom ? "custom" : "default"}
          onChange={({ detail }) => onChange({ custom: detail.value === "custom" })}
          items={[
            { value: "default", label: "IAM default", description: "Apply default password requirements." },
            { value: "custom", label: "Custom", description: "Apply customized password requirements." },
          ]}
        />
        {draft.custom && <Strength draft={draft} onChange={onChange} />}
        {draft.custom && <Other draft={draft} onChange={onChange} />}
      </SpaceBetween>
    </Container>
  );
}

function Strength({ draft, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      <NumberField
        label="Password minimum length"
        description="Enforce a minimum length of characters."
        unit="characters"
        bounds={LENGTH}
        value={draft.minimumLength}
        onChange={(minimumLength) => onChange({ minimumLength })}
      />
      <FormField label="Password strength">
        <SpaceBetween size="xs">
          <Tick on={draft.uppercase} onChange={(uppercase) => onChange({ uppercase })}>
            Require at least one uppercase letter from the Latin alphabet (A-Z)
          </Tick>
          <Tick on={draft.lowercase} onChange={(lowercase) => onChange({ lowercase })}>
            Require at least one lowercase letter from the Latin alphabet (a-z)
          </Tick>
          <Tick on={draft.numbers} onChange={(numbers) => onChange({ numbers })}>
            Require at least one number
          </Tick>
          <Tick on={draft.symbols} onChange={(symbols) => onChange({ symbols })}>
            Require at least one non-alphanumeric character ( {[...SYMBOLS].join(" ")} )
          </Tick>
        </SpaceBetween>
      </FormField>
    </SpaceBetween>
  );
}

function Other({ draft, onChange }: Props) {
  return (
    <FormField label="Other requirements">
      <SpaceBetween size="xs">
        <Tick on={draft.expires} onChange={(expires) => onChange({ expires })}>
          Turn on password expiration
        </Tick>
        {draft.expires && (
          <Indented>
            <NumberField
              label="Expire password in"
              unit="day(s)"
              bounds={MAX_AGE}
              value={draft.maxAge}
              onChange={(maxAge) => onChange({ maxAge })}
            />
            <Tick on={draft.hardExpiry} onChange={(hardExpiry) => onChange({ hardExpiry })}>
              Password expiration requires administrator reset
            </Tick>
          </Indented>
        )}
        <Tick on={draft.usersMayChange} onChange={(usersMayChange) => onChange({ usersMayChange })}>
          Allow users to change their own password
        </Tick>
        <Tick on={draft.preventsReuse} onChange={(preventsReuse) => onChange({ preventsReuse })}>
          Prevent password reuse
        </Tick>
        {draft.preventsReuse && (
          <Indented>
            <NumberField
              label="Remember"
              unit="password(s)"
              bounds={REMEMBERED}
              value={draft.remembered}
              onChange={(remembered) => onChange({ remembered })}
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

export function Tick(props: {
  on: boolean;
  onChange: (on: boolean) => void;
  description?: string;
  children: ReactNode;
}) {
  return (
    <Checkbox
      checked={props.on}
      description={props.description}
      onChange={({ detail }) => props.onChange(detail.checked)}
    >
      {props.children}
    </Checkbox>
  );
}
