import { useState } from "react";
import { useTask } from "./task.ts";

/**
 * What a wizard has gathered, and where it is. `complete` tells of each step whether it may be left for a later one;
 * `tried` says that somebody tried to leave the step that is shown, and could not.
 */
export function useWizard<C extends object>(first: C, complete: readonly ((choices: C) => boolean)[]) {
  const [step, setStep] = useState(0);
  const [choices, setChoices] = useState(first);
  const [tried, setTried] = useState(false);
  const task = useTask();
  const change = (part: Partial<C>) => {
    setChoices((last) => ({ ...last, ...part }));
    setTried(false);
  };
  const showOpen = (end: number, otherwise: () => void) => {
    const open = complete.findIndex((isComplete, i) => i < end && !isComplete(choices));
    setTried(open !== -1);
    if (open === -1) otherwise();
    else setStep(open);
  };
  const goTo = (next: number) => {
    task.forget();
    showOpen(next, () => setStep(next));
  };
  const submit = (act: () => Promise<unknown>) => showOpen(complete.length, () => void task.run(act));
  return { step, choices, tried, task, change, goTo, submit };
}
