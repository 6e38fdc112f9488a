import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api/errors.ts";
import { encodeQueryRequest, sendQueryRequest } from "../src/api/query.ts";

/** Has `fetch` return a response; returns the requests that it gets. */
function respond(body: string, status = 200): RequestInit[] {
  const requests: RequestInit[] = [];
  globalThis.fetch = async (_url, request = {}) => {
    requests.push(request);
    return new Response(body, { status });
  };
  return requests;
}

test("a request is a form with its action, version and parameters", () => {
  const body = encodeQueryRequest("EndSession", "2026-11-24", {
    SessionId: "a b&c=d/é",
    Count: 3,
    Current: false,
    UserName: undefined,
  });
  assert.equal(
    body,
    "Action=EndSession&Version=2026-11-24&SessionId=a+b%26c%3Dd%2F%C3%A9&Count=3&Current=false",
  );
});

test("the content of the result is returned", async () => {
  const requests = respond(
    "<GetAccountResponse><GetAccountResult><AccountName>Acme &amp; Co</AccountName></GetAccountResult></GetAccountResponse>",
  );
  assert.deepEqual(await sendQueryRequest("GetAccount", "2026-11-24", {}), { AccountName: "Acme & Co" });
  const [request] = requests;
  assert.equal(request?.body, "Action=GetAccount&Version=2026-11-24");
  assert.equal(new Headers(request.headers).get("X-Iamd-Console"), "1");
});

test("an error of the server has its code and message", async () => {
  respond(
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not you.</Message></Error></ErrorResponse>",
    403,
  );
  await assert.rejects(
    sendQueryRequest("GetAccount", "2026-11-24", {}),
    new ApiError("AccessDenied", "Not you."),
  );
});

test("a response that is not XML is an error", async () => {
  respond("<html><p>Bad gateway", 502);
  await assert.rejects(sendQueryRequest("GetAccount", "2026-11-24", {}), ApiError);
});
