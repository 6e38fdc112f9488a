import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

type Props = {
  label: string;
  value: string;
  shown: boolean;
  use: "current-password" | "new-password";
  error?: string | false;
  onChange: (value: string) => void;
};

/** A password; whether it is shown is up to the form, which has one tick for all its passwords. */
export function PasswordInput({ label, value, shown, use, error, onChange }: Props) {
  return (
    <FormField label={label} errorText={error}>
      <Input
        type={shown ? "text" : "password"}
        value={value}
        autoComplete={use}
        spellcheck={false}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
