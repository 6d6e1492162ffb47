import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelMain } from "./kernel-process";

/** A folder for JUPYTER_PATH in which `tslab` is this project's kernel, and an environment that uses it. */
export function temporaryKernelspec(): { env: NodeJS.ProcessEnv; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "kernelspec-"));
  const kernels = join(folder, "kernels/tslab");
  mkdirSync(kernels, { recursive: true });
  const spec = {
    argv: [process.execPath, kernelMain, "{connection_file}"],
    display_name: "TypeScript (tslab-gan)",
    language: "typescript",
    interrupt_mode: "message",
  };
  writeFileSync(join(kernels, "kernel.json"), JSON.stringify(spec));
  // The machine's own configuration and kernels must not matter.
  const env = {
    ...process.env,
    JUPYTER_PATH: folder,
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    NODE_TEST_CONTEXT: undefined,
  };
  return { env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
