import assert from "node:assert/strict";
import { test } from "node:test";
import { date, flag, list, optional, structure, text, whole } from "../src/api/readers.ts";

const read = structure({
  Name: text,
  Age: whole,
  Current: flag,
  Seen: optional(date),
  Names: list(text),
});

test("members are read by name", () => {
  const value = {
    Name: "alice",
    Age: "3",
    Current: "true",
    Seen: "2026-11-24T13:00:00Z",
    Names: { member: ["a", "b"] },
    More: "?",
  };
  assert.deepEqual(read(value), {
    Name: "alice",
    Age: 3,
    Current: true,
    Seen: new Date("2026-11-24T13:00:00Z"),
    Names: ["a", "b"],
  });
});

test("what is missing has its nothing", () => {
  const nothing = { Name: "", Age: 0, Current: false, Seen: undefined, Names: [] };
  assert.deepEqual(read({}), nothing);
  assert.deepEqual(read(""), nothing);
  assert.deepEqual(read({ Names: "" }), nothing);
});

test("a list of one member is a list", () => {
  assert.deepEqual(read({ Names: { member: "a" } }).Names, ["a"]);
});
