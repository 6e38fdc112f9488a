import assert from "node:assert/strict";
import { test } from "node:test";
import { boolean, integer, list, optional, string, structure, timestamp } from "../src/api/decoders.ts";

const decode = structure({
  Name: string,
  Age: integer,
  Current: boolean,
  Seen: optional(timestamp),
  Names: list(string),
});

test("members are decoded by name", () => {
  const value = {
    Name: "alice",
    Age: "3",
    Current: "true",
    Seen: "2026-11-24T13:00:00Z",
    Names: { member: ["a", "b"] },
    More: "?",
  };
  assert.deepEqual(decode(value), {
    Name: "alice",
    Age: 3,
    Current: true,
    Seen: new Date("2026-11-24T13:00:00Z"),
    Names: ["a", "b"],
  });
});

test("a missing member has an empty value", () => {
  const empty = { Name: "", Age: 0, Current: false, Seen: undefined, Names: [] };
  assert.deepEqual(decode({}), empty);
  assert.deepEqual(decode(""), empty);
  assert.deepEqual(decode({ Names: "" }), empty);
});

test("a list of one member is a list", () => {
  assert.deepEqual(decode({ Names: { member: "a" } }).Names, ["a"]);
});
