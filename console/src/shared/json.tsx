import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { jsonError } from "../data/policy-documents.ts";

/** A read-only JSON document. */
export function JsonView({ name, text }: { name: string; text: string }) {
  return (
    <Box variant="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable with the keyboard */}
      <section className="document" tabIndex={0} aria-label={name}>
        <pre>{text}</pre>
      </section>
    </Box>
  );
}

type Props = {
  label: string;
  /** Undefined while it loads. */
  value: string | undefined;
  rows?: number;
  onChange: (value: string) => void;
};

/** A form field for a JSON document. */
export function JsonField({ label, value, rows = 14, onChange }: Props) {
  return (
    <FormField label={label} errorText={value !== undefined && jsonError(value)} stretch>
      <div className="json-input">
        <Textarea
          rows={rows}
          value={value ?? ""}
          spellcheck={false}
          disabled={value === undefined}
          onChange={({ detail }) => onChange(detail.value)}
        />
      </div>
    </FormField>
  );
}
