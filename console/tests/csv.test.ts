import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCsv, parseCsv } from "../src/shared/csv.ts";

test("written rows are parsed back", () => {
  const rows = [
    ["name", "password", ""],
    ["alice", 'a,b"c', "d\r\ne"],
    ["", "x", ""],
  ];
  const records = parseCsv(formatCsv([["one", "two", "three"], ...rows]));
  assert.deepEqual(records.map(Object.values), rows);
});

test("lines end with LF or CRLF, the last one with neither", () => {
  const expected = [
    { user: "alice", arn: "a" },
    { user: "bob", arn: "" },
  ];
  assert.deepEqual(parseCsv("user,arn\nalice,a\nbob,"), expected);
  assert.deepEqual(parseCsv("user,arn\r\nalice,a\r\nbob,\r\n"), expected);
  assert.deepEqual(parseCsv(""), []);
});
