/** The question to the user to confirm their identity: asked once, however many calls wait for the answer. */
import { useSyncExternalStore } from "react";
import { setConfirmationPrompt } from "../api/confirmation.ts";
import { onNavigate } from "./router.ts";

type Answer = (confirmed: boolean) => void;

const CHANNEL = "iamd.confirmed";

let waiting: readonly Answer[] = [];
const listeners = new Set<() => void>();

setConfirmationPrompt(askForConfirmation);
onNavigate(() => answerConfirmation(false)); // a call must not go on after its page was left

function setWaiting(newWaiting: readonly Answer[]): void {
  waiting = newWaiting;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isConfirmationAsked(): boolean {
  return waiting.length > 0;
}

/** Whether the user is being asked to confirm their identity. */
export function useIsConfirmationAsked(): boolean {
  return useSyncExternalStore(subscribe, isConfirmationAsked);
}

/** Asks the user to confirm their identity; resolves to whether they did. */
export function askForConfirmation(): Promise<boolean> {
  return new Promise((resolve) => setWaiting([...waiting, resolve]));
}

/** Answers for all calls that wait. */
export function answerConfirmation(confirmed: boolean): void {
  const answered = waiting;
  setWaiting([]);
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
