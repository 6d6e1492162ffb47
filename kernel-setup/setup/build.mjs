// @ts-check
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./commands.mjs";
import { hashOf, readJson, writeAtomically } from "./files.mjs";

/**
 * One room's built output, rebuilt when its sources have changed.
 * @param {string} root
 * @param {"engine" | "kernel-setup"} room
 * @param {string} output a file that every build writes
 * @returns {import("./main.mjs").Step}
 */
export function buildStep(root, room, output) {
  const stamp = join(root, "dist", `.${room}.built`);
  const sources = () =>
    hashOf(
      root,
      [room, "tsconfig.json", "package-lock.json"],
      (path) => !path.startsWith("kernel-setup/setup"),
    );
  return {
    name: `build of ${room}`,
    check() {
      if (!existsSync(join(root, output))) return "building it";
      return readJson(stamp)?.sources === sources()
        ? undefined
        : "building it anew, its sources have changed";
    },
    async run() {
      // Taken before the build: a file that changes meanwhile makes the next set-up build again.
      const hash = sources();
      rmSync(stamp, { force: true });
      // The compiler's record of what it wrote outlives what it wrote.
      if (!existsSync(join(root, output))) rmSync(join(root, "dist", `${room}.tsbuildinfo`), { force: true });
      const script = room === "engine" ? engineBuild : kernelSetupBuild;
      await mustRun(process.execPath, script, {
        cwd: root,
        advice: `Mend the sources in ${room}/ and run this again (\`npm run build:${room}\` shows all of the output).`,
      });
      writeAtomically(stamp, JSON.stringify({ sources: hash }));
      return "built";
    },
    state: () => "up to date",
  };
}

// What the build scripts in package.json do, without the second that npm takes to start them.
const engineBuild = ["engine/build.mjs"];
const kernelSetupBuild = ["node_modules/typescript/bin/tsc", "-p", "kernel-setup/tsconfig.json"];
