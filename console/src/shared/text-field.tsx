import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { ReactNode } from "react";

export const NAME_CONSTRAINT = "Maximum 128 characters. Use alphanumeric and '+ = , . @ - _' characters.";

type Props = {
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  description?: ReactNode;
  constraint?: ReactNode;
  error?: string | false;
  placeholder?: string;
  numeric?: boolean;
};

/** A one-line text field without autocompletion and spell checking: for a name, an ID, an address. */
export function TextField(props: Props) {
  const { label, value, description, constraint, error, placeholder, numeric, onChange } = props;
  return (
    <FormField label={label} description={description} constraintText={constraint} errorText={error}>
      <Input
        value={value}
        placeholder={placeholder}
        inputMode={numeric ? "numeric" : undefined}
        autoComplete={false}
        spellcheck={false}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
