import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type NumberRange, parseInteger } from "./number-ranges.ts";

type Props = {
  label: string;
  description?: string;
  unit?: string;
  range: NumberRange;
  value: string;
  onChange: (value: string) => void;
};

/** A field for a whole number within a range. */
export function NumberField({ label, description, unit, range, value, onChange }: Props) {
  const hint = `Needs to be between ${range.min} and ${range.max}.`;
  const invalid = parseInteger(value, range) === undefined;
  return (
    <FormField
      label={label}
      description={description}
      constraintText={hint}
      errorText={invalid && `Enter a whole number. ${hint}`}
    >
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <div className="number-input">
          <Input
            value={value}
            inputMode="numeric"
            autoComplete={false}
            onChange={({ detail }) => onChange(detail.value)}
          />
        </div>
        {unit && <Box color="text-body-secondary">{unit}</Box>}
      </SpaceBetween>
    </FormField>
  );
}
