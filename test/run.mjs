// Runs every *.test.ts below test/ (or those whose path contains one of the arguments) with node's own runner.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(join(root, "test"), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no test file below test/ matches ${wanted.join(", ")}`);
  process.exit(1);
}

/** A test that hangs is a failure: ten minutes are several times what the slowest needs. */
const LIMIT = "--test-timeout=600000";
// Browsers, servers and kernels are other processes with a timing of their own: such a file gets a second try,
// and the closing lines name it. Nothing else does.
const secondTry = (file) => ["browser", "kernel-setup"].includes(file.split(sep)[0]);

// One file at a time: many of them start kernels, servers and thread pools of their own.
function passes(file) {
  const started = performance.now();
  const args = ["--import", "tsx", "--test", LIMIT, "--test-reporter=spec", join("test", file)];
  console.log(`\n# ${file}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  console.log(
    `# ${file}: ${status === 0 ? "passed" : "FAILED"} in ${((performance.now() - started) / 1e3).toFixed(1)} s`,
  );
  return status === 0;
}

const failed = [];
const again = [];
for (const file of files) {
  if (passes(file)) continue;
  if (secondTry(file)) {
    again.push(file);
    if (passes(file)) continue;
  }
  failed.push(file);
}
for (const file of again) if (!failed.includes(file)) console.log(`passed on the second try only: ${file}`);
for (const file of failed) console.log(`failed: ${file}`);
console.log(`\nfiles: ${files.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
