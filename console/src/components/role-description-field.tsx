import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";

type Props = { value: string; onChange: (value: string) => void };

export function RoleDescriptionField({ value, onChange }: Props) {
  return (
    <FormField label="Description" constraintText="Maximum 1000 characters.">
      <Textarea rows={3} value={value} onChange={({ detail }) => onChange(detail.value)} />
    </FormField>
  );
}
