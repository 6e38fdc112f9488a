import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

type Props = {
  label: string;
  value: string;
  visible: boolean;
  autoComplete: "current-password" | "new-password";
  error?: string | false;
  onChange: (value: string) => void;
};

/** A password field. The form decides whether it is visible, with one checkbox for all its passwords. */
export function PasswordInput({ label, value, visible, autoComplete, error, onChange }: Props) {
  return (
    <FormField label={label} errorText={error}>
      <Input
        type={visible ? "text" : "password"}
        value={value}
        autoComplete={autoComplete}
        spellcheck={false}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
