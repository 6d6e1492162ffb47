import { existsSync, readdirSync } from "node:fs";

/**
 * False where the system shows that it has no GPU, so that GPU libraries need not be loaded (half a second,
 * and warnings on the terminal) to find that out. Only Linux shows it: its GPUs are files in /dev.
 */
export function mayHaveGpu(vendor: "any" | "nvidia"): boolean {
  if (process.platform !== "linux") return true;
  if (existsSync("/dev/nvidia0") || existsSync("/dev/dxg")) return true; // dxg: Windows' GPU, under WSL
  return (
    vendor === "any" && existsSync("/dev/dri") && readdirSync("/dev/dri").some((f) => f.startsWith("render"))
  );
}
