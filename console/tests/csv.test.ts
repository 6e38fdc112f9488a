import assert from "node:assert/strict";
import { test } from "node:test";
import { csvRecords, csvText } from "../src/shared/csv.ts";

test("written rows are parsed back", () => {
  const rows = [
    ["name", "password", ""],
    ["alice", 'a,b"c', "d\r\ne"],
    ["", "x", ""],
  ];
  const records = csvRecords(csvText([["one", "two", "three"], ...rows]));
  assert.deepEqual(records.map(Object.values), rows);
});

test("lines end with LF or CRLF, the last one with neither", () => {
  const expected = [
    { user: "alice", arn: "a" },
    { user: "bob", arn: "" },
  ];
  assert.deepEqual(csvRecords("user,arn\nalice,a\nbob,"), expected);
  assert.deepEqual(csvRecords("user,arn\r\nalice,a\r\nbob,\r\n"), expected);
  assert.deepEqual(csvRecords(""), []);
});
