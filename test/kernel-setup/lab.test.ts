import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cli, setUpProject, survivors, type Command } from "./command-line";

describe("npm start", () => {
  let lab: Command | undefined;
  before(setUpProject);
  after(() => lab?.kill("SIGTERM"));

  /** Starts Jupyter and returns the address that it prints. */
  async function start(...args: string[]): Promise<URL> {
    lab = cli(["lab", "--no-browser", ...args]);
    const [address] = await lab.says(/http:\S+\?token=\w+/);
    return new URL(address);
  }

  it("prints the tutorial's address, runs the kernel, and ends both at Ctrl-C", async () => {
    const page = await start();
    assert.match(page.pathname, /\/notebooks\/gan\.ipynb$/);
    assert.equal(page.hostname, "127.0.0.1");
    assert.equal((await fetch(page)).status, 200);
    const stranger = await fetch(new URL("/api/sessions", page), { redirect: "manual" });
    assert.equal(stranger.status, 403, "nobody gets in without the token");

    const headers = { authorization: `token ${page.searchParams.get("token")}` };
    const specs = (await (await fetch(new URL("/api/kernelspecs", page), { headers })).json()) as {
      default: string;
    };
    assert.equal(specs.default, "tslab");
    const response = await fetch(new URL("/api/sessions", page), {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({
        path: "notebooks/gan.ipynb",
        name: "gan",
        type: "notebook",
        kernel: { name: "tslab" },
      }),
    });
    assert.equal(response.status, 201);
    const { kernel } = (await response.json()) as { kernel: { id: string } };
    const processes = await processesOf(kernel.id);
    assert.equal(processes.length, 2, "the kernel and the server");

    lab?.kill("SIGINT");
    const { code, output } = (await lab?.ended()) ?? { code: null, output: "" };
    assert.equal(code, 0, output);
    assert.match(output, /stopping Jupyter and its kernels/);
    assert.doesNotMatch(output, /does not start/);
    assert.deepEqual(await survivors(processes, 10), []);
  });

  it("takes another port when the one asked for is taken", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const { port } = blocker.address() as AddressInfo;
    try {
      const page = await start("--port", String(port));
      assert.notEqual(Number(page.port), port);
      assert.equal((await fetch(page)).status, 200);
      lab?.kill("SIGTERM");
      assert.equal((await lab?.ended())?.code, 0);
    } finally {
      blocker.close();
    }
  });

  it("refuses options that it does not know, and a port that is none", async () => {
    for (const [args, message] of [
      [["--browserless"], /Unknown option '--browserless'/],
      [["--port", "http"], /--port takes a number above 0, and got “http”/],
    ] as const) {
      const { code, output } = await cli(["lab", ...args]).ended();
      assert.equal(code, 2);
      assert.match(output, message);
    }
  });
});

/** The process of the kernel whose connection file has this id, and its parent's. */
async function processesOf(kernelId: string): Promise<number[]> {
  for (let tries = 0; tries < 50; tries++, await sleep(100))
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`kernel-${kernelId}.json`)) continue;
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return [Number(pid), Number(parent)];
      } catch {
        continue; // it ended meanwhile
      }
  return [];
}
