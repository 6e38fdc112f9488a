import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { MfaCodes } from "../data/mfa.ts";

const CODE = /^\d{6}$/;

export const EMPTY_MFA_CODES: MfaCodes = { first: "", second: "" };

/** Whether both codes are complete; the server verifies them. */
export function areMfaCodes({ first, second }: MfaCodes): boolean {
  return CODE.test(first) && CODE.test(second) && first !== second;
}

type Props = { codes: MfaCodes; onChange: (codes: MfaCodes) => void };

/** Fields for two consecutive codes of an MFA device. */
export function MfaCodeFields({ codes, onChange }: Props) {
  const same = CODE.test(codes.first) && codes.first === codes.second;
  return (
    <SpaceBetween size="m">
      <FormField label="MFA code 1">
        <CodeInput value={codes.first} onChange={(first) => onChange({ ...codes, first })} />
      </FormField>
      <FormField
        label="MFA code 2"
        description="Wait 30 seconds, then enter the next code."
        errorText={same && "Both codes are the same. Wait until the device shows the next code."}
      >
        <CodeInput value={codes.second} onChange={(second) => onChange({ ...codes, second })} />
      </FormField>
    </SpaceBetween>
  );
}

function CodeInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="code-input">
      <Input
        value={value}
        inputMode="numeric"
        autoComplete="one-time-code"
        spellcheck={false}
        onChange={({ detail }) => onChange(detail.value.replaceAll(/\s/g, ""))}
      />
    </div>
  );
}
