import { inspect } from "node:util";

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** An array of records as an HTML table. Throws a TypeError if `rows` is not an array of objects. */
export function tableHtml(rows: readonly object[], columns?: readonly string[]): string {
  if (!Array.isArray(rows) || rows.some((row) => typeof row !== "object" || row === null))
    throw new TypeError(`display.table() takes an array of records, but got ${inspect(rows, { depth: 0 })}.`);
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row as object)))];
  const head = names.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = (rows as Record<string, unknown>[]).map(
    (row) => `<tr>${names.map((name) => `<td>${cell(row[name])}</td>`).join("")}</tr>`,
  );
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

/** The same for front ends without HTML. */
export function tableText(rows: readonly object[], columns?: readonly string[]): string {
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [
    [...names],
    ...(rows as Record<string, unknown>[]).map((row) => names.map((name) => plain(row[name]))),
  ];
  const widths = names.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cell(value: unknown): string {
  return escapeHtml(plain(value));
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : inspect(value, { depth: 1, breakLength: Infinity });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
}
