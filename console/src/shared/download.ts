import { formatCsv, type Rows } from "./csv.ts";

/** Downloads text as a file. */
export function downloadText(name: string, text: string): void {
  download(name, text, "text/plain");
}

/** Downloads rows as a .csv file, which `formatCsv` makes safe to open in a spreadsheet. */
export function downloadCsv(name: string, rows: Rows, secretColumns?: readonly string[]): void {
  download(name, formatCsv(rows, secretColumns), "text/csv");
}

function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
