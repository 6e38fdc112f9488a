/** Comma-separated values (RFC 4180). */

export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Parses a document whose first row is the header into a record for each further row. */
export function parseCsv(document: string): Record<string, string>[] {
  const [header = [], ...rows] = parseRows(document);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ""])));
}

function parseRows(document: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quotedField, plainField, end] of document.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    row.push(quotedField === undefined ? (plainField ?? "") : quotedField.replaceAll('""', '"'));
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
