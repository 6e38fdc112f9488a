import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { MfaCodes, MfaDeviceKind, VirtualMfaDevice } from "../../data/mfa.ts";
import { areMfaCodes, MfaCodeFields } from "../../shared/mfa-code-fields.tsx";
import { AuthenticatorAppSetup } from "./authenticator-app-setup.tsx";

/** The values of the second step. */
export type Setup = { serialNumber: string; codes: MfaCodes };

type Props = {
  kind: MfaDeviceKind;
  device: VirtualMfaDevice | undefined;
  setup: Setup;
  showErrors: boolean;
  onChange: (setup: Setup) => void;
  children: ReactNode;
};

export function SetupStep({ kind, device, setup, showErrors, onChange, children }: Props) {
  const codes = (
    <MfaCodeFields codes={setup.codes} onChange={(newCodes) => onChange({ ...setup, codes: newCodes })} />
  );
  return (
    <SpaceBetween size="l">
      {kind === "passkey" && <PasskeySetup />}
      {kind === "app" && device && <AuthenticatorAppSetup device={device}>{codes}</AuthenticatorAppSetup>}
      {kind === "hardware" && (
        <HardwareSetup
          serialNumber={setup.serialNumber}
          onSerialNumber={(serialNumber) => onChange({ ...setup, serialNumber })}
        >
          {codes}
        </HardwareSetup>
      )}
      {kind !== "passkey" && showErrors && !areMfaCodes(setup.codes) && (
        <Box color="text-status-error">Enter two consecutive six-digit codes.</Box>
      )}
      {children}
    </SpaceBetween>
  );
}

function PasskeySetup() {
  return (
    <Container header={<Header>Passkey or security key</Header>}>
      <Box>
        Choose <b>Add MFA</b>, then follow the prompts of your browser to use your fingerprint, face, screen
        lock, or security key.
      </Box>
    </Container>
  );
}

type HardwareProps = { serialNumber: string; onSerialNumber: (value: string) => void; children: ReactNode };

function HardwareSetup({ serialNumber, onSerialNumber, children }: HardwareProps) {
  return (
    <Container header={<Header>Hardware TOTP token</Header>}>
      <SpaceBetween size="m">
        <FormField
          label="Serial number"
          description="The serial number is usually on the back of the device."
        >
          <Input
            value={serialNumber}
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => onSerialNumber(detail.value)}
          />
        </FormField>
        {children}
      </SpaceBetween>
    </Container>
  );
}
