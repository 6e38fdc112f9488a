/** Comma-separated values (RFC 4180). */

export type Rows = readonly (readonly string[])[];

/**
 * Formats rows, the first of which is the header, for people who open the file in a spreadsheet.
 *
 * A value that begins like a formula gets a leading apostrophe, except in the columns with secrets, which must
 * work when they are pasted. Generated secrets never begin like a formula.
 */
export function formatCsv(rows: Rows, secretColumns: readonly string[] = []): string {
  const isSecret = rows[0]?.map((name) => secretColumns.includes(name)) ?? [];
  const lines = rows.map((row) => row.map((value, i) => quote(isSecret[i] ? value : neutralize(value))));
  return lines.map((fields) => `${fields.join(",")}\r\n`).join("");
}

/** Whether spreadsheets take a value for a formula. */
export function beginsLikeFormula(value: string): boolean {
  return /^[=+\-@\t\r]/.test(value);
}

function neutralize(value: string): string {
  return beginsLikeFormula(value) ? `'${value}` : value;
}

function quote(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Parses a document whose first row is the header into a record for each further row. */
export function parseCsv(document: string): Record<string, string>[] {
  const [header = [], ...rows] = parseRows(document);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ""])));
}

/** Parses a document into rows of fields, the header included. */
export function parseRows(document: string): string[][] {
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
