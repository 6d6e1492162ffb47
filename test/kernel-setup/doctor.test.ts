import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { cli, Command, root, setUpProject, temporaryFolder } from "./command-line";

interface Finding {
  name: string;
  state: "ok" | "note" | "missing";
  found: string;
  mend?: string;
}

describe("npm run doctor", () => {
  const folder = temporaryFolder();
  before(setUpProject);
  after(folder.remove);

  async function findings(command: Command, code: number): Promise<Map<string, Finding>> {
    const ended = await command.ended();
    assert.equal(ended.code, code, ended.output);
    const list = JSON.parse(ended.output) as Finding[];
    return new Map(list.map((finding) => [finding.name, finding]));
  }

  it("finds all that the tutorial needs, and really starts the kernel", async () => {
    const found = await findings(cli(["doctor", "--json"]), 0);
    assert.deepEqual(
      [...found.keys()],
      ["Node", "npm packages", "build", "kernel", "Jupyter", "backend", "data", "disk"],
    );
    assert.match(found.get("kernel")?.found ?? "", /TypeScript 5\.\d+\.\d+; started in \d+ ms, 1 \+ 1 is 2/);
    assert.match(found.get("Jupyter")?.found ?? "", /server \d|notebook \d|lab \d/);
    assert.match(found.get("backend")?.found ?? "", /^(?:tensorflow|webgpu|simd|wasm|cpu) on .*thread/);
    assert.match(found.get("data")?.found ?? "", /60,000 \+ 10,000 images/);
  });

  it("names what is missing, the command that mends it, and fails", async () => {
    const { code, output } = await cli(["doctor"], { TSLAB_GAN_BACKEND: "abacus" }).ended();
    assert.equal(code, 1, output);
    assert.match(output, /^✗ backend +.*abacus/m);
    assert.match(output, /^✓ kernel/m);
    assert.match(output, /cannot run until what is marked ✗ is mended/);
  });

  it("examines a project in which almost everything is broken", async () => {
    const copy = join(folder.path, "project");
    mkdirSync(join(copy, "dist"), { recursive: true });
    for (const part of ["package.json", "package-lock.json", "dist/kernel-setup", "kernel-setup/setup"])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    // Of the packages only what the kernel's protocol needs.
    mkdirSync(join(copy, "node_modules"));
    symlinkSync(join(root, "node_modules", "zeromq"), join(copy, "node_modules", "zeromq"));
    const spec = join(copy, ".jupyter", "kernels", "tslab", "kernel.json");
    mkdirSync(join(spec, ".."), { recursive: true });
    writeFileSync(spec, JSON.stringify({ argv: [process.execPath, "-e", "throw new Error('cracked')"] }));
    const doctor = new Command(
      process.execPath,
      [join(copy, "dist/kernel-setup/cli.js"), "doctor", "--json"],
      {
        env: { PATH: folder.path, JUPYTER: "" },
      },
    );
    const found = await findings(doctor, 1);
    const missing = [...found.values()].filter(({ state }) => state === "missing");
    assert.deepEqual(
      missing.map(({ name, mend }) => [name, mend]),
      [
        ["npm packages", "npm run setup"],
        ["build", "npm run setup"],
        ["kernel", "npm run setup"],
        ["Jupyter", "npm run setup -- --jupyter"],
        ["backend", "npm run setup"],
        ["data", found.get("data")?.mend],
      ],
    );
    assert.match(found.get("kernel")?.found ?? "", /ended with exit code 1[^]*cracked/);
    assert.match(found.get("Jupyter")?.found ?? "", /none found on PATH/);
  });

  it("says when a build is older than its sources", async () => {
    const stamp = join(root, "dist", ".kernel-setup.built");
    const before = readFileSync(stamp, "utf8");
    rmSync(stamp);
    try {
      const build = (await findings(cli(["doctor", "--json"]), 0)).get("build");
      assert.deepEqual([build?.state, build?.mend], ["note", "npm run setup"]);
    } finally {
      writeFileSync(stamp, before);
    }
  });
});
