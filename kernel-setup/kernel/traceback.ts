import { inspect } from "node:util";
import type { LineMap } from "./compiler/emit";

/** A script that the kernel compiled: how to get from its lines to those that the user wrote. */
interface Script {
  /** As it reads in a traceback: `cell [3]`, or a file. */
  readonly label: string;
  readonly source: string;
  readonly map: LineMap;
}

interface Place {
  readonly label: string;
  readonly line: number;
  readonly column: number;
}

const scripts = new Map<string, Script>();
const sources = new Map<string, string>();

/** The function that wraps a cell's code; it is not part of what the user wrote. */
export const CELL_FUNCTION = "$$run";

export function registerScript(fileName: string, script: Script): void {
  scripts.set(fileName, script);
  sources.set(script.label, script.source);
}

/** Makes every `error.stack` show the user's own lines, and none of the kernel's frames. */
export function installStackTraces(): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, sites) => {
    const frames: string[] = [];
    for (const site of sites) {
      const frame = describe(site);
      if (frame !== undefined) frames.push(`    at ${frame}`);
    }
    return [headline(error), ...frames].join("\n");
  };
}

function headline(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

function describe(site: NodeJS.CallSite): string | undefined {
  const file = site.getFileName() ?? undefined;
  const script = file === undefined ? undefined : scripts.get(file);
  if (!script) return file === undefined || isHidden(file) ? undefined : `${site as unknown as string}`;
  const place = original(script, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);
  const name = functionName(site);
  const at = `${place.label}:${place.line}:${place.column}`;
  return name === undefined ? at : `${name} (${at})`;
}

function isHidden(file: string): boolean {
  return file.startsWith(__dirname) || /^node:(internal|vm|async_hooks)/.test(file);
}

function functionName(site: NodeJS.CallSite): string | undefined {
  const name = site.getFunctionName();
  if (name === null || name === CELL_FUNCTION) return undefined;
  // Cells keep functions in an object; its name says nothing to the user.
  const plain = name.replace(/^(Object|\$\$scope)\./, "");
  const type = site.isToplevel() || site.isConstructor() ? null : site.getTypeName();
  const owner = type === null || type === "Object" || plain.includes(".") ? "" : `${type}.`;
  return `${site.isConstructor() ? "new " : ""}${owner}${plain}`;
}

function original({ label, map }: Script, line: number, column: number): Place {
  const found = map.original(line - 1, column - 1);
  return found ? { label, line: found.line + 1, column: found.column + 1 } : { label, line, column };
}

/** The lines around a place, the line marked and the column pointed at. */
export function codeFrame(source: string, line: number, column: number, mark = "^"): string[] {
  const lines = source.split("\n");
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 2);
  const width = String(last).length;
  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    const text = lines[n - 1] ?? "";
    out.push(`${n === line ? ">" : " "} ${String(n).padStart(width)} | ${text}`.trimEnd());
    if (n === line) {
      const marks = mark.slice(0, Math.max(1, text.length - column + 1));
      out.push(`  ${" ".repeat(width)} | ${" ".repeat(column - 1)}${marks}`);
    }
  }
  return out;
}

/** What an `error` message says about a thrown value. */
export interface ErrorReport {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** Never throws, whatever was thrown. */
export function reportError(thrown: unknown): ErrorReport {
  try {
    return describeThrown(thrown);
  } catch (error) {
    const evalue = `a value that cannot be shown (${headline(error)})`;
    return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
  }
}

function describeThrown(thrown: unknown): ErrorReport {
  if (!isError(thrown)) {
    const evalue = typeof thrown === "string" ? thrown : inspect(thrown);
    return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const ename = typeof thrown.name === "string" && thrown.name !== "" ? thrown.name : "Error";
  return { ename, evalue: String(thrown.message), traceback: describeError(thrown, new Set()) };
}

function describeError(error: Error, seen: Set<unknown>): string[] {
  seen.add(error);
  const stack = typeof error.stack === "string" ? error.stack : String(error);
  const lines = stack.split("\n");
  const firstFrame = lines.findIndex((line) => /^ {4}at /.test(line));
  const frames = firstFrame < 0 ? [] : lines.slice(firstFrame);
  const title = headline(error);
  const out = [title, ...frameOfFirst(frames), ...frames];
  if (error instanceof AggregateError)
    for (const inner of error.errors) out.push(...nested("[errors]: ", inner, seen));
  if (error.cause !== undefined) out.push(...nested("[cause]: ", error.cause, seen));
  return out;
}

function nested(label: string, inner: unknown, seen: Set<unknown>): string[] {
  if (seen.has(inner)) return [];
  const lines = isError(inner) ? describeError(inner, seen) : [inspect(inner)];
  return lines.map((line, index) => (index === 0 ? `  ${label}${line}` : `  ${line}`));
}

/** The place of the innermost frame that is in the user's own code, with its lines. */
function frameOfFirst(frames: readonly string[]): string[] {
  for (const frame of frames) {
    const match = /(?:\(|at (?:async )?)([^()]+):(\d+):(\d+)\)?$/.exec(frame);
    const source = match?.[1] === undefined ? undefined : sources.get(match[1]);
    if (!match || source === undefined) continue;
    const line = Number(match[2]);
    return [`${match[1]}, line ${line}`, ...codeFrame(source, line, Number(match[3]))];
  }
  return [];
}

function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}
