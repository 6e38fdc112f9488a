import { useState } from "react";
import { useTask } from "./task.ts";

/**
 * The state of a wizard: its step and values. `isStepComplete` has a predicate for each step; an incomplete step cannot
 * be left for a later one, and an attempt to do so sets `showErrors`.
 */
export function useWizard<C extends object>(
  initialValues: C,
  isStepComplete: readonly ((values: C) => boolean)[],
) {
  const [step, setStep] = useState(0);
  const [values, setValues] = useState(initialValues);
  const [showErrors, setShowErrors] = useState(false);
  const task = useTask();
  const change = (update: Partial<C>) => {
    setValues((previous) => ({ ...previous, ...update }));
    setShowErrors(false);
  };
  const requireComplete = (stepCount: number, proceed: () => void) => {
    const incompleteStep = findIncompleteStep(isStepComplete.slice(0, stepCount), values);
    setShowErrors(incompleteStep !== undefined);
    if (incompleteStep === undefined) proceed();
    else setStep(incompleteStep);
  };
  const goTo = (target: number) => {
    task.clearError();
    requireComplete(target, () => setStep(target));
  };
  const submit = (action: () => Promise<unknown>) =>
    requireComplete(isStepComplete.length, () => void task.run(action));
  return { step, values, showErrors, task, change, goTo, submit };
}

/** The first step that is not complete; undefined if all are. */
export function findIncompleteStep<C>(
  isStepComplete: readonly ((values: C) => boolean)[],
  values: C,
): number | undefined {
  const step = isStepComplete.findIndex((isComplete) => !isComplete(values));
  return step === -1 ? undefined : step;
}
