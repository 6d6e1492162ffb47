import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runChild } from "./run-child";

/** Where distributions put Chromium, which brings a Vulkan driver for the CPU (SwiftShader) and a Vulkan loader. */
const CHROMIUM_FOLDERS = ["/usr/lib/chromium", "/usr/lib64/chromium-browser", "/opt/google/chrome"];

function environments(): NodeJS.ProcessEnv[] {
  const chromium = CHROMIUM_FOLDERS.find((folder) => existsSync(join(folder, "vk_swiftshader_icd.json")));
  if (chromium === undefined) return [{}];
  return [{}, { LD_LIBRARY_PATH: chromium, VK_ICD_FILENAMES: join(chromium, "vk_swiftshader_icd.json") }];
}

describe("webgpu", () => {
  it("computes PyTorch's numbers on a GPU, else on Chromium's software GPU", async (t) => {
    let probed = "";
    for (const env of environments()) {
      probed = (await runChild("probe-webgpu.ts", { env })).stdout.trim();
      if (!probed.startsWith("device: ")) continue;
      t.diagnostic(probed);
      const { code, stdout, stderr } = await runChild("webgpu-parity.ts", {
        env,
        args: [probed.includes("software") ? "1" : "5"], // A step takes 15 s in software.
      });
      assert.equal(code, 0, stdout + stderr);
      return;
    }
    t.skip(probed);
  });
});
