import assert from "node:assert/strict";
import { test } from "node:test";
import { beginsLikeFormula, formatCsv, parseCsv, parseRows } from "../src/shared/csv.ts";

test("written rows are parsed back", () => {
  const rows = [
    ["name", "password", ""],
    ["alice", 'a,b"c', "d\r\ne"],
    ["", "x", ""],
  ];
  const records = parseCsv(formatCsv([["one", "two", "three"], ...rows]));
  assert.deepEqual(records.map(Object.values), rows);
});

test("a value that begins like a formula gets a leading apostrophe", () => {
  const values = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a=b", "'=1", ""];
  const written = parseRows(formatCsv([["name"], ...values.map((value) => [value])]));
  const expected = ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "a=b", "'=1"];
  assert.deepEqual(written.flat(), ["name", ...expected]);
});

test("secrets are written as they are", () => {
  const rows = [
    ["User name", "Password"],
    ["=alice", "=a,b"],
  ];
  assert.equal(formatCsv(rows, ["Password"]), `User name,Password\r\n'=alice,"=a,b"\r\n`);
});

test("the credential report has exact names, and none like a formula when it is saved for people", () => {
  const report = "user,arn,mfa_active\n=cmd,arn:aws:iam::111122223333:user/=cmd,false\nbob,b,true";
  assert.equal(parseCsv(report)[0]?.user, "=cmd");
  const saved = formatCsv(parseRows(report));
  assert.equal(
    saved,
    "user,arn,mfa_active\r\n'=cmd,arn:aws:iam::111122223333:user/=cmd,false\r\nbob,b,true\r\n",
  );
  assert.ok(!parseRows(saved).flat().some(beginsLikeFormula));
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
