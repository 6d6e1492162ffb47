import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KernelClient } from "../../test/kernel-setup/kernel/client";
import { root } from "../../test/kernel-setup/kernel/kernel-process";

export const kernelNames = ["ours", "tslab"] as const;
export type KernelName = (typeof kernelNames)[number];

const tslabMain = join(root, "node_modules/tslab/bin/tslab");

/** Starts this project's kernel or stock tslab in the notebooks folder, and waits for nothing. */
export function launch(name: KernelName): Promise<KernelClient> {
  const cwd = join(root, "notebooks");
  if (name === "ours") return KernelClient.launch({ cwd });
  return KernelClient.launch({
    cwd,
    command: (file) => [process.execPath, tslabMain, "kernel", "--config-path", file],
  });
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Runs a cell; throws when it fails, so that no failure is measured as a fast cell. */
export async function cell(kernel: KernelClient, code: string): Promise<string> {
  const outcome = await kernel.execute(code, { timeout: 300_000 });
  if (outcome.reply.status !== "ok") throw new Error(`${code}: ${outcome.reply.evalue ?? outcome.stderr}`);
  return outcome.stdout;
}

/** Resident memory of a process in MB; NaN where the system does not tell (it does on Linux). */
export function residentMemory(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return NaN;
  }
}
