// Builds engine/ into dist/engine: the TypeScript to CommonJS.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const engine = dirname(fileURLToPath(import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", join(engine, "tsconfig.json")], {
  stdio: "inherit",
});
process.exit(status ?? 1);
