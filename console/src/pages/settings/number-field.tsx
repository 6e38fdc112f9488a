import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type Bounds, wholeIn } from "./numbers.ts";

type Props = {
  label: string;
  description?: string;
  unit?: string;
  bounds: Bounds;
  value: string;
  onChange: (value: string) => void;
};

/** A field for a whole number that says its bounds, as "Needs to be between 6 and 128." */
export function NumberField({ label, description, unit, bounds, value, onChange }: Props) {
  const range = `Needs to be between ${bounds.least} and ${bounds.most}.`;
  const wrong = wholeIn(value, bounds) === undefined;
  return (
    <FormField
      label={label}
      description={description}
      constraintText={range}
      errorText={wrong && `Type a whole number. ${range}`}
    >
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <div className="number">
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
