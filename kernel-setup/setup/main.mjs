// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStep } from "./build.mjs";
import { SetupError } from "./commands.mjs";
import { jupyterStep } from "./jupyter-step.mjs";
import { kernelspecStep } from "./kernelspec.mjs";
import { withLock } from "./lock.mjs";
import { npmStep } from "./npm.mjs";
import { testNeedsStep } from "./test-needs.mjs";

/**
 * One part of the set-up.
 * @typedef {object} Step
 * @property {string} name as the user reads it
 * @property {() => string | undefined} check why there is something to do, or undefined when there is not; quick
 * @property {(say: (line: string) => void) => Promise<string>} run does it and tells the outcome
 * @property {() => string} state what is there when nothing is to do
 */

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs every step that has something to do.
 * @param {{ jupyter: boolean, tests: boolean, quiet: boolean, keepGoing: boolean }} options
 * @returns {Promise<number>} the exit code
 */
export async function setUp({ jupyter, tests, quiet, keepGoing }) {
  const say = (/** @type {string} */ line) => console.log(`set-up: ${line}`);
  const steps = [
    npmStep(root),
    buildStep(root, "engine", "dist/engine/index.js"),
    buildStep(root, "kernel-setup", "dist/kernel-setup/cli.js"),
    kernelspecStep(root),
    ...(jupyter ? [jupyterStep(root)] : []),
    ...(tests ? [testNeedsStep(root)] : []),
  ];
  let failed = false;
  for (const step of steps) {
    try {
      const outcome = step.check() === undefined ? undefined : await underLock(step, say);
      if (outcome === undefined && !quiet) say(`${step.name}: ${step.state()}, nothing to do`);
    } catch (error) {
      failed = true;
      console.error(`set-up: ${step.name} failed: ${error instanceof SetupError ? error.message : error}`);
      if (!keepGoing) return 1;
    }
  }
  if (!failed) return 0;
  return existsSync(join(root, "dist/kernel-setup/cli.js")) ? 0 : 1;
}

/**
 * @param {Step} step
 * @param {(line: string) => void} say
 * @returns {Promise<string | undefined>} undefined when another set-up did it meanwhile
 */
function underLock(step, say) {
  return withLock(root, say, async () => {
    const reason = step.check();
    if (reason === undefined) return undefined;
    say(`${step.name}: ${reason} …`);
    const started = Date.now();
    const outcome = await step.run((line) => say(`  ${line}`));
    say(`${step.name}: ${outcome} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return outcome;
  });
}
