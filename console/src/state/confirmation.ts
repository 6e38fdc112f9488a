/** The question to the user to confirm their identity: asked once, however many calls wait for the answer. */
import { setConfirmationPrompt } from "../api/confirmation.ts";
import { onNavigate } from "./router.ts";
import { createStore } from "./store.ts";

type Answer = (confirmed: boolean) => void;

const CHANNEL = "iamd.confirmed";

const waiting = createStore<readonly Answer[]>([]);

setConfirmationPrompt(askForConfirmation);
onNavigate(() => answerConfirmation(false)); // a call must not go on after its page was left

export function isConfirmationAsked(): boolean {
  return waiting.get().length > 0;
}

/** Whether the user is being asked to confirm their identity. */
export function useIsConfirmationAsked(): boolean {
  return waiting.use().length > 0;
}

/** Asks the user to confirm their identity; resolves to whether they did. */
export function askForConfirmation(): Promise<boolean> {
  return new Promise((resolve) => waiting.set([...waiting.get(), resolve]));
}

/** Answers for all calls that wait. */
export function answerConfirmation(confirmed: boolean): void {
  const answered = waiting.get();
  waiting.set([]);
  for (const answer of answered) answer(confirmed);
}

/** Tells the other tabs that the user has confirmed their identity. */
export function announceConfirmation(): void {
  new BroadcastChannel(CHANNEL).postMessage(null);
}

/** Calls the listener when the user may have confirmed their identity in another tab; returns how to stop that. */
export function onPossibleConfirmation(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", listener);
  window.addEventListener("focus", listener);
  return () => {
    channel.close();
    window.removeEventListener("focus", listener);
  };
}
