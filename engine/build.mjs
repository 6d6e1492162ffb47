// Builds engine/ into dist/engine: the kernels from AssemblyScript to WebAssembly (once with plain SIMD, once with
// fused multiply-add for engines that have it), the TypeScript to CommonJS. All three at once.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const engine = dirname(fileURLToPath(import.meta.url));
const root = dirname(engine);
const out = join(root, "dist", "engine", "simd");
const asc = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

const kernelFlags = [
  ...["--enable", "simd", "--enable", "threads"],
  ...["--importMemory", "--sharedMemory", "--initialMemory", "16", "--maximumMemory", "65536"],
  ...["--runtime", "stub", "-O3", "--noAssert"],
];
const compileKernels = (file, ...flags) =>
  run(asc, "engine/simd/assembly/index.ts", "-o", join(out, file), ...kernelFlags, ...flags);

function run(script, ...args) {
  return new Promise((resolve) => {
    spawn(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" }).on("close", resolve);
  });
}

mkdirSync(out, { recursive: true });
const codes = await Promise.all([
  run(tsc, "-p", join(engine, "tsconfig.json")),
  compileKernels("kernels.wasm"),
  compileKernels("kernels-fused.wasm", "--enable", "relaxed-simd", "--use", "RELAXED=1"),
]);
process.exit(codes.find((code) => code !== 0) ?? 0);
