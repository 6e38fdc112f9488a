import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceDecision } from "../src/api/iamd.ts";
import { describeCaller, nextDecisions } from "../src/data/service-decisions.ts";

const ACCOUNT = "111122223333";
const DECISION = { EventId: "1" } as ServiceDecision;

/** A request function that answers with these pages, and the markers that it was called with. */
function answering(...pages: [count: number, marker: string | undefined][]) {
  const markers: (string | undefined)[] = [];
  const request = async (marker: string | undefined) => {
    const [count, next] = pages[markers.push(marker) - 1] ?? [0, "more"];
    return { Decisions: Array<ServiceDecision>(count).fill(DECISION), Marker: next };
  };
  return { request, markers };
}

test("pages without decisions are skipped", async () => {
  const { request, markers } = answering([0, "a"], [0, "b"], [2, "c"], [1, undefined]);
  const page = await nextDecisions(request, "start");
  assert.deepEqual([page.decisions.length, page.marker], [2, "c"]);
  assert.deepEqual(markers, ["start", "a", "b"]);
});

test("the end of the log ends the search", async () => {
  const { request, markers } = answering([0, "a"], [0, undefined]);
  assert.deepEqual(await nextDecisions(request), { decisions: [], marker: undefined });
  assert.deepEqual(markers, [undefined, "a"]);
});

test("a long search ends and can be continued", async () => {
  const { request, markers } = answering();
  assert.deepEqual(await nextDecisions(request), { decisions: [], marker: "more" });
  assert.equal(markers.length, 10);
});

test("a caller of the account is shown without its account, with the page of its user or role", () => {
  const user = describeCaller(`arn:aws:iam::${ACCOUNT}:user/team/a+b`, ACCOUNT);
  assert.deepEqual(user, { text: "user/team/a+b", href: "/console/iam/users/details/a%2Bb" });
  const session = describeCaller(`arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci`, ACCOUNT);
  assert.deepEqual(session, { text: "assumed-role/deploy/ci", href: "/console/iam/roles/details/deploy" });
  assert.deepEqual(describeCaller(`arn:aws:sts::${ACCOUNT}:federated-user/bob`, ACCOUNT), {
    text: "federated-user/bob",
  });
  assert.deepEqual(describeCaller(`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT), { text: "Root user" });
});

test("any other caller is shown as it is", () => {
  for (const caller of ["nobody", "", "arn:aws:iam::444455556666:user/bob", `x:arn:aws:iam::${ACCOUNT}:root`])
    assert.deepEqual(describeCaller(caller, ACCOUNT), { text: caller });
});
