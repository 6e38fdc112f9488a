import assert from "node:assert/strict";
import { test } from "node:test";
import { csvRecords, csvText } from "../src/shared/csv.ts";

test("what was written is read back", () => {
  const rows = [
    ["name", "password", ""],
    ["alice", 'a,b"c', "d\r\ne"],
    ["", "x", ""],
  ];
  const records = csvRecords(csvText([["one", "two", "three"], ...rows]));
  assert.deepEqual(records.map(Object.values), rows);
});

test("lines may end either way, and the last one not at all", () => {
  const wanted = [
    { user: "alice", arn: "a" },
    { user: "bob", arn: "" },
  ];
  assert.deepEqual(csvRecords("user,arn\nalice,a\nbob,"), wanted);
  assert.deepEqual(csvRecords("user,arn\r\nalice,a\r\nbob,\r\n"), wanted);
  assert.deepEqual(csvRecords(""), []);
});
