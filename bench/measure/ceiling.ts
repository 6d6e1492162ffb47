// Measures what this machine's cores can do at most in WebAssembly: loops of multiply-adds on registers alone.
// Prints GFLOPS as JSON, for 128-bit multiply and add, and for fused multiply-add (null without relaxed SIMD).
// usage: ceiling.ts THREADS
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";

const ROUNDS = 6_000_000;
const ACCUMULATORS = 12; // enough to hide the latency of each; 16 registers are all there are

/** AssemblyScript: each round is a multiply-add on every accumulator, four lanes each. */
function source(multiplyAdd: (sum: string) => string): string {
  const each = (line: (name: string) => string) =>
    Array.from({ length: ACCUMULATORS }, (_, i) => line(`c${i}`)).join("\n");
  return `export function run(rounds: i32): f32 {
    const a = f32x4.splat(0.999), b = f32x4.splat(0.001);
    ${each((c) => `let ${c} = f32x4.splat(1);`)}
    for (let i = 0; i < rounds; i++) {
      ${each((c) => `${c} = ${multiplyAdd(c)};`)}
    }
    let sum = f32x4.splat(0);
    ${each((c) => `sum = f32x4.add(sum, ${c});`)}
    return f32x4.extract_lane(sum, 0);
  }`;
}

const PLAIN = source((c) => `f32x4.add(b, f32x4.mul(a, ${c}))`);
const FUSED = source((c) => `f32x4.relaxed_madd(a, ${c}, b)`);

/** As a variable: its types declare a `require` of their own for the whole program. */
const COMPILER: string = "assemblyscript/asc";

interface Compiler {
  compileString(
    source: string,
    options: object,
  ): Promise<{ binary: Uint8Array | null; stderr: { toString(): string } }>;
}

async function compile(text: string): Promise<WebAssembly.Module | undefined> {
  const { default: asc } = (await import(COMPILER)) as { default: Compiler };
  const options = { optimizeLevel: 3, runtime: "stub", enable: ["simd", "relaxed-simd"] };
  const { binary, stderr } = await asc.compileString(text, options);
  if (!binary) throw new Error(`the ceiling's loop does not compile: ${stderr.toString()}`);
  const bytes = Uint8Array.from(binary);
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

async function measureOn(threads: number, module: WebAssembly.Module | undefined): Promise<number | null> {
  if (!module) return null;
  const each = Array.from({ length: threads }, () => {
    const start = { module, rounds: ROUNDS, flopsARound: ACCUMULATORS * 4 * 2 };
    const worker = new Worker(join(__dirname, "ceiling-thread.mjs"), { workerData: start, execArgv: [] });
    return new Promise<number>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  });
  return (await Promise.all(each)).reduce((sum, gflops) => sum + gflops, 0);
}

async function main(): Promise<void> {
  if (process.versions.v8.startsWith("11.3.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
  const threads = Number(process.argv[2]);
  const [plain, fused] = [await compile(PLAIN), await compile(FUSED)];
  console.log(
    JSON.stringify({ multiplyAdd: await measureOn(threads, plain), fused: await measureOn(threads, fused) }),
  );
}

void main();
