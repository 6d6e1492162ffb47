// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onPath, SetupError } from "./commands.mjs";
import { readJson, writeAtomically } from "./files.mjs";
import { canUseApt, recordedJupyter } from "./find-jupyter.mjs";
import { aptInstall } from "./jupyter-step.mjs";

/** What the tests use beyond the tutorial: how to see whether it is there, and the Debian package that brings it. */
const needs = [
  { name: "jupyter_kernel_test", package: "python3-jupyter-kernel-test", there: hasKernelTest },
  { name: "nbconvert", package: "jupyter-nbconvert", there: hasNbconvert },
  { name: "Chromium", package: "chromium", there: hasChromium },
];

/**
 * What the tests need, as far as it can be installed. Missing things are told and do not fail the set-up: the tests
 * that need them are skipped and say so.
 * @param {string} root
 * @returns {import("./main.mjs").Step}
 */
export function testNeedsStep(root) {
  const stamp = join(root, ".jupyter", "test-needs.json");
  const missing = () => needs.filter(({ there }) => !there(root));
  return {
    name: "what the tests need",
    check() {
      const names = missing().map(({ name }) => name);
      if (names.length === 0) return undefined;
      // Told and tried once; again when something else is missing.
      if (JSON.stringify(readJson(stamp)?.missing) === JSON.stringify(names)) return undefined;
      return `missing ${names.join(", ")}`;
    },
    async run(say) {
      if (canUseApt()) {
        const packages = missing().map((need) => need.package);
        say(`installing ${packages.join(", ")} with apt-get`);
        await aptInstall(packages).catch((error) => {
          if (!(error instanceof SetupError)) throw error;
          say(error.message);
        });
      }
      const left = missing();
      writeAtomically(stamp, JSON.stringify({ missing: left.map(({ name }) => name) }));
      if (left.length === 0) return "installed";
      return `still missing ${left.map(({ name }) => name).join(", ")}: the tests that need them will be skipped. Install by hand (Debian: apt-get install ${left.map((need) => need.package).join(" ")})`;
    },
    state() {
      const names = missing().map(({ name }) => name);
      return names.length === 0 ? "all there" : `still missing ${names.join(", ")} (those tests are skipped)`;
    },
  };
}

/** jupyter_kernel_test is a module of the Python that runs Jupyter; Debian's is asked by its file, to be quick. */
function hasKernelTest() {
  return existsSync("/usr/lib/python3/dist-packages/jupyter_kernel_test");
}

/** @param {string} root */
function hasNbconvert(root) {
  return (
    recordedJupyter(root)?.versions["nbconvert"] !== undefined || existsSync("/usr/bin/jupyter-nbconvert")
  );
}

function hasChromium() {
  const named = process.env["CHROMIUM"];
  return (
    (named ? existsSync(named) : false) ||
    ["chromium", "chromium-browser", "google-chrome"].some((name) => onPath(name).length > 0)
  );
}
