// @ts-check
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** A failure that the set-up explains in its message, so that no stack is shown. */
export class SetupError extends Error {}

const tailLength = 25;

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
  const tail = output.trimEnd().split("\n").slice(-tailLength);
  throw new SetupError(
    `\`${[command, ...args].join(" ")}\` ended with exit code ${code}. The end of its output:\n` +
      `${tail.map((line) => `    ${line}`).join("\n")}\n  ${advice}`,
  );
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
