import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { cli, root, setUpProject, temporaryFolder } from "./command-line";

describe("npm run kernel:install", () => {
  const folder = temporaryFolder();
  const data = join(folder.path, "data");
  before(setUpProject);
  after(folder.remove);

  it("installs the project's kernel for the user, and removes it again", async () => {
    const installed = await cli(["install"], { JUPYTER_DATA_DIR: data }).ended();
    assert.equal(installed.code, 0, installed.output);
    const file = join(data, "kernels", "tslab", "kernel.json");
    assert.deepEqual(
      JSON.parse(readFileSync(file, "utf8")),
      JSON.parse(readFileSync(join(root, ".jupyter/kernels/tslab/kernel.json"), "utf8")),
    );
    assert.ok(installed.output.includes(data), installed.output);

    const removed = await cli(["install", "--uninstall"], { JUPYTER_DATA_DIR: data }).ended();
    assert.equal(removed.code, 0, removed.output);
    assert.ok(!existsSync(file));
    const again = await cli(["install", "--uninstall"], { JUPYTER_DATA_DIR: data }).ended();
    assert.equal(again.code, 0);
    assert.match(again.output, /nothing to remove/);
  });

  it("installs below --prefix", async () => {
    const { code } = await cli(["install", "--prefix", folder.path]).ended();
    assert.equal(code, 0);
    assert.ok(existsSync(join(folder.path, "share/jupyter/kernels/tslab/kernel.json")));
  });

  it("leaves another kernel of the same name alone, unless told to replace it", async () => {
    const file = join(data, "kernels", "tslab", "kernel.json");
    mkdirSync(join(data, "kernels", "tslab"), { recursive: true });
    writeFileSync(file, JSON.stringify({ display_name: "TypeScript", argv: ["tslab"] }));
    const refused = await cli(["install"], { JUPYTER_DATA_DIR: data }).ended();
    assert.equal(refused.code, 1);
    assert.match(refused.output, /holds another kernel\. Use --replace/);
    const kept = await cli(["install", "--uninstall"], { JUPYTER_DATA_DIR: data }).ended();
    assert.equal(kept.code, 1);
    assert.ok(existsSync(file));
    const { code } = await cli(["install", "--replace"], { JUPYTER_DATA_DIR: data }).ended();
    assert.equal(code, 0);
    assert.match(readFileSync(file, "utf8"), /tslab-gan/);
  });

  it("knows its own options only", async () => {
    const { code, output } = await cli(["install", "--everywhere"]).ended();
    assert.equal(code, 2);
    assert.match(output, /Unknown option '--everywhere'[^]*Usage: npm run kernel:install/);
    assert.equal((await cli(["cook"]).ended()).code, 2);
  });
});
