import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import {
  HOUR,
  isSessionDuration,
  MAX_SESSION_DURATION,
  MIN_SESSION_DURATION,
} from "../data/session-duration.ts";
import { formatDuration } from "../shared/format.ts";
import { TextField } from "../shared/text-field.tsx";

const CUSTOM = { value: "custom", label: "Custom duration" };
const OFFERED = [1, 2, 4, 8, 12].map((hours) => ({
  value: String(hours * HOUR),
  label: formatDuration(hours * HOUR),
}));
const OPTIONS = [...OFFERED, CUSTOM];

type Props = { value: number; onChange: (seconds: number) => void };

/** How long a role's sessions may last, in seconds: hours to choose from, or any number within the limits. */
export function SessionDuration({ value, onChange }: Props) {
  const known = OFFERED.find((option) => option.value === String(value));
  const [custom, setCustom] = useState(known === undefined);
  const [typed, setTyped] = useState(String(value));
  const choose = (chosen: string) => {
    setCustom(chosen === CUSTOM.value);
    setTyped(String(value));
    if (chosen !== CUSTOM.value) onChange(Number(chosen));
  };
  const type = (text: string) => {
    setTyped(text);
    onChange(/^\d+$/.test(text) ? Number(text) : Number.NaN);
  };
  return (
    <SpaceBetween size="s">
      <FormField
        label="Maximum session duration"
        description="Whoever assumes the role may ask for a session of up to this length."
      >
        <Select
          options={OPTIONS}
          selectedOption={custom ? CUSTOM : (known ?? CUSTOM)}
          onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
        />
      </FormField>
      {custom && (
        <TextField
          label="Custom duration in seconds"
          constraint={`Needs to be between ${MIN_SESSION_DURATION} and ${MAX_SESSION_DURATION}.`}
          error={!isSessionDuration(value) && "This is no duration within the limits."}
          numeric
          value={typed}
          onChange={type}
        />
      )}
    </SpaceBetween>
  );
}
