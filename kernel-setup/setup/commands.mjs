// @ts-check
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** A failure that the set-up explains in its message, so that no stack is shown. */
export class SetupError extends Error {}

/** How many lines of a failed command's output are shown from its first error on, and how many of its end. */
const shownLines = 12;

/**
 * Runs a command to its end, its output kept for the message of a failure.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeout?: number }} [options] timeout in ms
 * @returns {Promise<{ code: number, output: string }>} code is 127 when the command cannot be started
 */
export function run(command, args, { cwd, env = {}, timeout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
      // npm, conda and others are .cmd files on Windows.
      shell: process.platform === "win32" && !isAbsolute(command),
    });
    /** @type {string[]} */
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(String(chunk)));
    child.stderr.on("data", (chunk) => chunks.push(String(chunk)));
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output: chunks.join("") }));
  });
}

/**
 * Runs a command that must succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, advice: string }} options advice says what to do after a failure
 */
export async function mustRun(command, args, { advice, ...options }) {
  const { code, output } = await run(command, args, options);
  if (code === 0) return output;
  throw new SetupError(
    `\`${[command, ...args].join(" ")}\` ended with exit code ${code}. It said:\n` +
      `${excerpt(output.trimEnd().split("\n"))
        .map((line) => `    ${line}`)
        .join("\n")}\n  ${advice}`,
  );
}

/**
 * The end of an output, and before it the first error, which explains most.
 * @param {string[]} lines
 */
function excerpt(lines) {
  if (lines.length <= 2 * shownLines) return lines;
  const first = lines.findIndex((line) => /\berr(?:or)?\b/i.test(line));
  const tail = lines.length - shownLines;
  if (first < 0 || first >= tail) return ["…", ...lines.slice(-shownLines)];
  const end = Math.min(first + shownLines, tail);
  return [...lines.slice(first, end), ...(end < tail ? ["…"] : []), ...lines.slice(tail)];
}

/**
 * All executables of this name on PATH, in order.
 * @param {string} name
 * @returns {string[]}
 */
export function onPath(name) {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`, `${name}.bat`] : [name];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) => names.map((file) => join(folder, file)))
    .filter(isExecutable);
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
