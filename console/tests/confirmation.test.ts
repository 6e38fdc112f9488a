import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { AttachUserPolicyCommand } from "@aws-sdk/client-iam";
import { isConfirmed, withConfirmation } from "../src/api/confirmation.ts";
import { ApiError } from "../src/api/errors.ts";
import { unlockUser } from "../src/api/iamd.ts";
import { collectErrors } from "../src/data/collect-errors.ts";
import { requireConfirmation } from "../src/data/confirmation.ts";
import { answerConfirmation, isConfirmationAsked } from "../src/state/confirmation.ts";
import { navigate } from "../src/state/router.ts";

Object.assign(globalThis, {
  location: { origin: "https://iamd.example", pathname: "/console/iam", search: "" },
  history: { pushState: () => undefined },
  window: { scrollTo: () => undefined },
});

const { iam } = await import("../src/api/iam.ts");

const REQUIRED = new ApiError("ConfirmationRequired", "Confirm your identity and try again.");

let calls: string[] = [];

beforeEach(() => {
  calls = [];
});

/** A call that is refused a number of times until it succeeds. */
function refusedCall(name: string, times: number): () => Promise<string> {
  return async () => {
    calls.push(name);
    if (calls.filter((call) => call === name).length <= times) throw REQUIRED;
    return name;
  };
}

/** Has the server refuse a number of requests, which are recorded as calls. */
function refuseRequests(times: number, response = ""): void {
  const error = `<ErrorResponse><Error><Code>${REQUIRED.code}</Code><Message>${REQUIRED.message}</Message></Error></ErrorResponse>`;
  globalThis.fetch = async (_url, { body } = {}) => {
    calls.push(new URLSearchParams(String(body)).get("Action") ?? "");
    const refused = calls.length <= times;
    return new Response(refused ? error : response, { status: refused ? 403 : 200 });
  };
}

/** Answers the question to the user once it is asked. */
async function answer(confirmed: boolean): Promise<void> {
  while (!isConfirmationAsked()) await new Promise(setImmediate);
  answerConfirmation(confirmed);
}

test("a call that needs no confirmation asks for none", async () => {
  assert.equal(await withConfirmation(refusedCall("a", 0)), "a");
  assert.deepEqual(calls, ["a"]);
  assert.equal(isConfirmationAsked(), false);
});

test("a call goes on after a confirmation", async () => {
  const result = withConfirmation(refusedCall("a", 1));
  await answer(true);
  assert.equal(await result, "a");
  assert.deepEqual(calls, ["a", "a"]);
});

test("a call that still needs a confirmation asks again", async () => {
  const result = withConfirmation(refusedCall("a", 2));
  await answer(true);
  await answer(true);
  assert.equal(await result, "a");
  assert.deepEqual(calls, ["a", "a", "a"]);
});

test("a call fails with its error if the user declines", async () => {
  const result = withConfirmation(refusedCall("a", 1));
  const rejected = assert.rejects(result, REQUIRED);
  await answer(false);
  await rejected;
  assert.deepEqual(calls, ["a"]);
});

test("other errors ask for no confirmation", async () => {
  const denied = new ApiError("AccessDenied", "Not you.");
  await assert.rejects(
    withConfirmation(() => Promise.reject(denied)),
    denied,
  );
  assert.equal(isConfirmationAsked(), false);
});

test("calls that need a confirmation at the same time ask once", async () => {
  const results = Promise.all(["a", "b"].map((name) => withConfirmation(refusedCall(name, 1))));
  while (calls.length < 2) await new Promise(setImmediate);
  await answer(true);
  assert.deepEqual(await results, ["a", "b"]);
  assert.deepEqual(calls, ["a", "b", "a", "b"]);
  assert.equal(isConfirmationAsked(), false);
});

test("leaving the page declines", async () => {
  const rejected = assert.rejects(withConfirmation(refusedCall("a", 1)), REQUIRED);
  while (!isConfirmationAsked()) await new Promise(setImmediate);
  navigate("/console/iam/users");
  await rejected;
});

test("operations of both services are called again", async () => {
  refuseRequests(1, "<AttachUserPolicyResponse/>");
  const input = { UserName: "alice", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" };
  const attached = iam.send(new AttachUserPolicyCommand(input));
  await answer(true);
  await attached;
  assert.deepEqual(calls, ["AttachUserPolicy", "AttachUserPolicy"]);

  calls = [];
  refuseRequests(1, "<UnlockUserResponse/>");
  const unlocked = unlockUser({ UserName: "alice" });
  await answer(true);
  await unlocked;
  assert.deepEqual(calls, ["UnlockUser", "UnlockUser"]);
});

test("after the user declines, further steps do not ask", async () => {
  const steps = [refusedCall("a", 0), refusedCall("b", 1), refusedCall("c", 1)];
  const errors = collectErrors(steps.map((step) => () => withConfirmation(step)));
  await answer(false);
  assert.deepEqual(await errors, [REQUIRED]);
  assert.deepEqual(calls, ["a", "b"]);
});

/** The response of `GetSession` for a session that was confirmed some minutes ago. */
function sessionConfirmed(minutes: number): string {
  const date = new Date(Date.now() - minutes * 60_000).toISOString();
  return `<GetSessionResponse><GetSessionResult><Session><ConfirmDate>${date}</ConfirmDate></Session></GetSessionResult></GetSessionResponse>`;
}

test("a confirmation is recent for 14 minutes, one less than on the server", () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  assert.equal(isConfirmed({ ConfirmDate: undefined }), false);
  assert.equal(isConfirmed({ ConfirmDate: minutesAgo(13.9) }), true);
  assert.equal(isConfirmed({ ConfirmDate: minutesAgo(14.1) }), false);
});

test("a confirmation can be required before the first call", async () => {
  refuseRequests(0, sessionConfirmed(1));
  await requireConfirmation();
  assert.equal(isConfirmationAsked(), false);

  refuseRequests(0, sessionConfirmed(16));
  const required = requireConfirmation();
  while (!isConfirmationAsked()) await new Promise(setImmediate);
  refuseRequests(0, sessionConfirmed(0));
  await answer(true);
  await required;
  assert.deepEqual(calls, ["GetSession", "GetSession", "GetSession"]);
});
