// Runs every *.test.ts below test/ (or those whose path contains one of the arguments) with node's own runner.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(join(root, "test"), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  .sort()
  .map((name) => join("test", name));
if (files.length === 0) {
  console.error(`no test file below test/ matches ${wanted.join(", ")}`);
  process.exit(1);
}
// One file at a time: many of them start kernels, servers and thread pools of their own.
const args = ["--import", "tsx", "--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1);
