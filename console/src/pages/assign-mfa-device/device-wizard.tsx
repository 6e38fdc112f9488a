import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import type { CredentialOwner } from "../../data/credential-owner.ts";
import { createPasskey, enableMfaDevice, type MfaDeviceKind } from "../../data/mfa.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { areMfaCodes, EMPTY_MFA_CODES } from "../../shared/mfa-code-fields.tsx";
import { useTask } from "../../state/task.ts";
import { isDeviceName } from "./device-names.ts";
import { SelectStep } from "./select-step.tsx";
import { type Setup, SetupStep } from "./setup-step.tsx";
import { useVirtualDevice } from "./virtual-device.ts";

type Props = { owner: CredentialOwner; suggestedName: string; onAssigned: () => void; onCancel: () => void };

const SELECT = 0;
const SETUP = 1;

/** The wizard "Assign MFA device": select a name and kind of device, then set it up. */
export function DeviceWizard({ owner, suggestedName, onAssigned, onCancel }: Props) {
  const [step, setStep] = useState(SELECT);
  const [name, setName] = useState(suggestedName);
  const [kind, setKind] = useState<MfaDeviceKind>("app");
  const [setup, setSetup] = useState<Setup>({ serialNumber: "", codes: EMPTY_MFA_CODES });
  const [showErrors, setShowErrors] = useState(false);
  const virtualDevice = useVirtualDevice();
  const task = useTask();

  const goTo = async (target: number) => {
    setShowErrors(true);
    task.clearError();
    if (target === SELECT) {
      setStep(SELECT);
      await virtualDevice.discard();
    } else if (isDeviceName(name)) {
      setSetup({ serialNumber: "", codes: EMPTY_MFA_CODES });
      const ready = kind !== "app" || (await task.run(() => virtualDevice.create(name)));
      setShowErrors(false);
      if (ready) setStep(SETUP);
    }
  };

  const assign = async () => {
    setShowErrors(true);
    const serialNumber =
      kind === "app" ? (virtualDevice.device?.serialNumber ?? "") : setup.serialNumber.trim();
    if (kind !== "passkey" && (!areMfaCodes(setup.codes) || serialNumber === "")) return;
    const register = () =>
      kind === "passkey" ? createPasskey(name) : enableMfaDevice(owner, serialNumber, setup.codes);
    if (!(await task.run(register))) return;
    virtualDevice.markAssigned();
    onAssigned();
  };

  return (
    <Wizard
      activeStepIndex={step}
      isLoadingNextStep={task.busy}
      submitButtonText="Add MFA"
      onNavigate={({ detail }) => void goTo(detail.requestedStepIndex)}
      onSubmit={() => void assign()}
      onCancel={onCancel}
      steps={[
        {
          title: "Select MFA device",
          content: (
            <SelectStep
              name={name}
              kind={kind}
              allowPasskey={owner.isCurrentUser}
              invalidName={showErrors && !isDeviceName(name)}
              onName={setName}
              onKind={setKind}
            >
              <ErrorAlert error={task.error} />
            </SelectStep>
          ),
        },
        {
          title: "Set up device",
          content: (
            <SetupStep
              kind={kind}
              device={virtualDevice.device}
              setup={setup}
              showErrors={showErrors}
              onChange={setSetup}
            >
              <ErrorAlert error={task.error} />
            </SetupStep>
          ),
        },
      ]}
    />
  );
}
