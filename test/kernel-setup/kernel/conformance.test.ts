import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryKernelspec } from "./kernelspec";
import { createProject } from "./project";

// Debian's packages are for Debian's own interpreter.
const python = "/usr/bin/python3";
const missing =
  spawnSync(python, ["-c", "import jupyter_kernel_test"]).status === 0
    ? false
    : `${python} has no jupyter_kernel_test (Debian: python3-jupyter-kernel-test)`;

describe("jupyter_kernel_test", () => {
  it("passes whole, for a thrown and for a type error", { skip: missing }, () => {
    const project = createProject();
    const { env, remove } = temporaryKernelspec();
    try {
      const { status, stderr } = spawnSync(python, [join(__dirname, "conformance.py"), "tslab", "-v"], {
        cwd: project.notebooks,
        env,
        encoding: "utf8",
        timeout: 240_000,
      });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /Ran \d\d tests/);
      const skipped = stderr.split("\n").filter((line) => /skipped/.test(line) && /^test_/.test(line));
      // The second class has only the sample of a type error; the first skips nothing but the pager.
      const ofFirst = skipped.filter((line) => !line.includes("KernelTypeError"));
      assert.ok(
        ofFirst.every((line) => line.startsWith("test_pager")),
        ofFirst.join("\n"),
      );
    } finally {
      remove();
      project.remove();
    }
  });
});
