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
const PRESETS = [1, 2, 4, 8, 12].map((hours) => ({
  value: String(hours * HOUR),
  label: formatDuration(hours * HOUR),
}));
const OPTIONS = [...PRESETS, CUSTOM];

type Props = { value: number; onChange: (seconds: number) => void };

/** A role's maximum session duration, in seconds: a preset of hours, or any number within the limits. */
export function SessionDurationField({ value, onChange }: Props) {
  const preset = PRESETS.find((option) => option.value === String(value));
  const [custom, setCustom] = useState(preset === undefined);
  const [text, setText] = useState(String(value));
  const handleSelect = (optionValue: string) => {
    setCustom(optionValue === CUSTOM.value);
    setText(String(value));
    if (optionValue !== CUSTOM.value) onChange(Number(optionValue));
  };
  const handleInput = (input: string) => {
    setText(input);
    onChange(/^\d+$/.test(input) ? Number(input) : Number.NaN);
  };
  return (
    <SpaceBetween size="s">
      <FormField
        label="Maximum session duration"
        description="The maximum duration that can be requested when the role is assumed."
      >
        <Select
          options={OPTIONS}
          selectedOption={custom ? CUSTOM : (preset ?? CUSTOM)}
          onChange={({ detail }) => handleSelect(detail.selectedOption.value ?? "")}
        />
      </FormField>
      {custom && (
        <TextField
          label="Custom duration in seconds"
          constraint={`Needs to be between ${MIN_SESSION_DURATION} and ${MAX_SESSION_DURATION}.`}
          error={!isSessionDuration(value) && "Enter a valid duration."}
          numeric
          value={text}
          onChange={handleInput}
        />
      )}
    </SpaceBetween>
  );
}
