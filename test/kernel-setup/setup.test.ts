import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Command, root, temporaryFolder } from "./command-line";

/**
 * A project of two tiny rooms, with the real set-up in it. Its only package is a compiler of one line, so that npm
 * needs no network.
 */
const files: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "tiny",
    version: "1.0.0",
    dependencies: { typescript: "file:compiler" },
  }),
  "package-lock.json": JSON.stringify({
    name: "tiny",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: {
      "": { name: "tiny", version: "1.0.0", dependencies: { typescript: "file:compiler" } },
      compiler: { name: "typescript", version: "1.0.0" },
      "node_modules/typescript": { resolved: "compiler", link: true },
    },
  }),
  "compiler/package.json": JSON.stringify({ name: "typescript", version: "1.0.0" }),
  "compiler/bin/tsc": writing("dist/kernel-setup/cli.js"),
  "engine/build.mjs": `import fs from "node:fs";\n${writing("dist/engine/index.js").replace(/^.*\n/, "")}`,
  "engine/index.ts": "// the engine",
  "kernel-setup/cli.ts": "// the command line",
  "environment.yml": "name: tslab-gan\n",
};

/** A program that writes a file, and a line into builds.log. */
function writing(file: string): string {
  return (
    'const fs = require("node:fs");\n' +
    `fs.appendFileSync("builds.log", "${dirname(file)}\\n");\n` +
    `fs.mkdirSync("${dirname(file)}", { recursive: true });\nfs.writeFileSync("${file}", "");\n`
  );
}

describe("set-up", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let project: string;

  beforeEach(() => {
    folder = temporaryFolder();
    project = join(folder.path, "project");
    for (const [name, text] of Object.entries(files)) write(name, text);
    cpSync(join(root, "kernel-setup/setup.mjs"), join(project, "kernel-setup/setup.mjs"));
    for (const part of ["setup", "logo"])
      cpSync(join(root, "kernel-setup", part), join(project, "kernel-setup", part), { recursive: true });
  });
  afterEach(() => folder.remove());

  function write(name: string, text: string): string {
    const file = join(project, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** A stand-in for a program of the system, which must not be asked to install anything here. */
  function program(name: string, script: string): string {
    const file = write(`../bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  function setUp(args: string[], env: NodeJS.ProcessEnv = {}, nodeOptions: string[] = []): Command {
    const environment = { JUPYTER: "", npm_execpath: undefined, ...env };
    return new Command(process.execPath, [...nodeOptions, join(project, "kernel-setup/setup.mjs"), ...args], {
      cwd: folder.path,
      env: environment,
    });
  }

  async function succeeds(args: string[] = [], env?: NodeJS.ProcessEnv): Promise<string> {
    const { code, output } = await setUp(args, env).ended();
    assert.equal(code, 0, output);
    return output;
  }

  async function fails(args: string[] = [], env?: NodeJS.ProcessEnv): Promise<string> {
    const { code, output } = await setUp(args, env).ended();
    assert.equal(code, 1, output);
    return output;
  }

  /** Only our own programs, and the shell's. */
  function alone(): NodeJS.ProcessEnv {
    mkdirSync(join(folder.path, "bin"), { recursive: true });
    for (const name of ["sh", "sleep", "mkdir", "cp"])
      if (!existsSync(join(folder.path, "bin", name)))
        symlinkSync(join("/bin", name), join(folder.path, "bin", name));
    return { PATH: join(folder.path, "bin") };
  }

  const builds = () => readFileSync(join(project, "builds.log"), "utf8").trim().split("\n");

  it("does everything once, says so, and then nothing", async () => {
    const first = await succeeds();
    for (const line of [
      /npm packages: installing them from package-lock\.json/,
      /npm packages: installed \(\d+\) \(\d/,
      /build of engine: built/,
      /build of kernel-setup: built/,
      /kernel: registered as tslab/,
    ])
      assert.match(first, line);
    const spec = JSON.parse(
      readFileSync(join(project, ".jupyter/kernels/tslab/kernel.json"), "utf8"),
    ) as object;
    assert.deepEqual(spec, {
      argv: [process.execPath, join(project, "dist/kernel-setup/kernel/main.js"), "{connection_file}"],
      display_name: "TypeScript (tslab-gan)",
      language: "typescript",
      interrupt_mode: "message",
    });
    assert.ok(existsSync(join(project, ".jupyter/kernels/tslab/logo-svg.svg")));
    const second = await succeeds();
    assert.equal(second.match(/nothing to do/g)?.length, 4, second);
    assert.equal(await succeeds(["--quiet"]), "");
    assert.deepEqual(builds(), ["dist/engine", "dist/kernel-setup"]);
  });

  it("does again only what is stale", async () => {
    await succeeds();
    write("engine/index.ts", "// the engine, changed");
    assert.match(await succeeds(["--quiet"]), /^set-up: build of engine: .*\n.*built.*\n$/);
    rmSync(join(project, "dist/kernel-setup"), { recursive: true });
    assert.match(await succeeds(["--quiet"]), /^set-up: build of kernel-setup: .*\n.*built.*\n$/);
    assert.deepEqual(builds(), ["dist/engine", "dist/kernel-setup", "dist/engine", "dist/kernel-setup"]);

    write(".jupyter/kernels/tslab/kernel.json", JSON.stringify({ argv: ["/elsewhere/node"] }));
    assert.match(await succeeds(["--quiet"]), /kernel: registering it anew/);
    write("node_modules/.tslab-gan-setup", JSON.stringify({ lock: "", node: "v1.0.0" }));
    assert.match(
      await succeeds(["--quiet"]),
      /npm packages: installing them anew for Node v.*\(was v1\.0\.0\)/,
    );
    assert.equal(await succeeds(["--quiet"]), "");
  });

  it("does not install again what somebody installed with npm", async () => {
    await succeeds();
    rmSync(join(project, "node_modules/.tslab-gan-setup"));
    assert.equal(await succeeds(["--quiet"]), "");
    assert.ok(existsSync(join(project, "node_modules/.tslab-gan-setup")));
  });

  it("installs again after an installation that did not end", async () => {
    await succeeds();
    rmSync(join(project, "node_modules/.tslab-gan-setup"));
    rmSync(join(project, "node_modules/.package-lock.json"));
    assert.match(await succeeds(["--quiet"]), /installing them anew.*the last installation did not end/);
  });

  it("lets two at once do the work once", async () => {
    const both = await Promise.all([setUp([]).ended(), setUp([]).ended()]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual(builds().sort(), ["dist/engine", "dist/kernel-setup"]);
    assert.match(both.map(({ output }) => output).join(""), /another set-up is at work \(process \d+\)/);
    assert.ok(!existsSync(join(project, ".jupyter/setup.lock")));
  });

  it("takes over the lock of one that was killed", async () => {
    const gone = new Command(process.execPath, ["-e", "console.log(process.pid)"]);
    const pid = (await gone.ended()).output.trim();
    write(".jupyter/setup.lock/pid", pid);
    assert.match(await succeeds(), /build of engine: built/);
    assert.ok(!existsSync(join(project, ".jupyter/setup.lock")));
  });

  it("shows the end of a failing npm's output, and what to do", async () => {
    write(
      "package.json",
      JSON.stringify({ name: "tiny", version: "1.0.0", dependencies: { typescript: "^2.0.0" } }),
    );
    const output = await fails();
    assert.match(output, /npm packages failed: .*ci.* ended with exit code 1\. It said:/);
    assert.match(output, /npm error.*can only install packages when.*in sync/);
    assert.match(output, /Check the network and npm's settings/);
    assert.ok(!existsSync(join(project, "node_modules/.tslab-gan-setup")));
  });

  it("shows the end of a failing build's output, tries again, and goes on with --keep-going", async () => {
    await succeeds();
    const good = files["engine/build.mjs"] ?? "";
    write("engine/build.mjs", 'throw new Error("a typo");\n');
    const output = await fails();
    assert.match(output, /build of engine failed: [^]*Error: a typo[^]*Mend the sources in engine\//);
    assert.doesNotMatch(output, /kernel-setup: /, "it stops at the first failure");
    assert.match(
      await succeeds(["--keep-going"]),
      /build of engine failed[^]*kernel: registered, nothing to do/,
    );
    write("engine/build.mjs", good);
    assert.match(await succeeds(["--quiet"]), /build of engine: built/);
  });

  it("refuses an old Node and unknown options", async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"18.20.0"}})';
    const old = await setUp([], {}, ["--import", pretend]).ended();
    assert.equal(old.code, 1);
    assert.match(old.output, /needs Node 20 or later, and this is Node 18\.20\.0/);
    const unknown = await setUp(["--everything"]).ended();
    assert.equal(unknown.code, 2);
    assert.match(unknown.output, /does not know --everything[^]*Usage:/);
    const help = await setUp(["--help"]).ended();
    assert.equal(help.code, 0);
    assert.match(help.output, /--keep-going/);
    assert.ok(!existsSync(join(project, "node_modules")));
  });

  describe("finds Jupyter", () => {
    const withServer = 'case "$1" in server) echo 2.14.0 ;; lab) echo 4.2.0 ;; *) exit 1 ;; esac';
    const withoutServer = "echo no such command; exit 1";
    const chosen = () => JSON.parse(readFileSync(join(project, ".jupyter/jupyter.json"), "utf8")) as object;
    beforeEach(async () => void (await succeeds()));

    it("that $JUPYTER names", async () => {
      const command = program("my-jupyter", withServer);
      assert.match(
        await succeeds(["--jupyter"], { ...alone(), JUPYTER: command }),
        /Jupyter: found .*my-jupyter/,
      );
      assert.deepEqual(chosen(), { command, from: "$JUPYTER", versions: { server: "2.14.0", lab: "4.2.0" } });
      assert.equal(await succeeds(["--jupyter", "--quiet"], { ...alone(), JUPYTER: command }), "");
    });

    it("that $JUPYTER names, or says why it cannot be that one", async () => {
      const missing = await fails(["--jupyter"], { ...alone(), JUPYTER: "/nowhere/jupyter" });
      assert.match(missing, /\$JUPYTER is “\/nowhere\/jupyter”, and there is no such command/);
      const command = program("my-jupyter", withoutServer);
      const poor = await fails(["--jupyter"], { ...alone(), JUPYTER: command });
      assert.match(poor, /\$JUPYTER is “.*my-jupyter”, and it has no server/);
    });

    it("on PATH, the first one that has a server", async () => {
      const env = alone();
      program("jupyter", withoutServer);
      const second = join(folder.path, "second");
      mkdirSync(second);
      const command = join(second, "jupyter");
      writeFileSync(command, `#!/bin/sh\n${withServer}\n`, { mode: 0o755 });
      await succeeds(["--jupyter"], { PATH: `${env["PATH"]}:${second}` });
      assert.deepEqual(chosen(), { command, from: "PATH", versions: { server: "2.14.0", lab: "4.2.0" } });
      rmSync(command);
      assert.match(
        await fails(["--jupyter"], env),
        /Jupyter: looking for one/,
        "a record of one that is gone",
      );
    });

    it("in a conda environment that it makes from environment.yml", async () => {
      const env = alone();
      const environment = join(folder.path, "envs", "tslab-gan");
      const made = join(folder.path, "made");
      writeFileSync(made, `#!/bin/sh\n${withServer}\n`, { mode: 0o755 });
      program(
        "conda",
        `case "$2" in
  list) if [ -d ${environment} ]; then echo '{"envs": ["/opt/conda", "${environment}"]}'; else echo '{"envs": ["/opt/conda"]}'; fi ;;
  create) [ "$4" = --file ] && [ -f "$5" ] || exit 2; mkdir -p ${environment}/bin; cp ${made} ${environment}/bin/jupyter ;;
esac`,
      );
      assert.match(
        await succeeds(["--jupyter"], env),
        /making the environment tslab-gan from environment\.yml/,
      );
      assert.deepEqual(chosen(), {
        command: join(environment, "bin/jupyter"),
        from: "conda",
        versions: { server: "2.14.0", lab: "4.2.0" },
      });
      rmSync(join(project, ".jupyter/jupyter.json"));
      assert.doesNotMatch(
        await succeeds(["--jupyter"], env),
        /making the environment/,
        "it is there already",
      );
    });

    it("in a virtual environment that it makes with pip", async () => {
      const env = alone();
      const made = join(folder.path, "made");
      writeFileSync(made, `#!/bin/sh\n${withServer}\n`, { mode: 0o755 });
      const venv = join(project, ".venv");
      program("python3", `mkdir -p ${venv}/bin; cp $0.pip ${venv}/bin/python`);
      program("python3.pip", `[ "$3" = install ] || exit 2; cp ${made} ${venv}/bin/jupyter`);
      assert.match(await succeeds(["--jupyter"], env), /making a virtual environment in \.venv/);
      assert.deepEqual(chosen(), {
        command: join(venv, "bin/jupyter"),
        from: ".venv",
        versions: { server: "2.14.0", lab: "4.2.0" },
      });
    });

    it("nowhere, and then lists what to install, and why the rest failed", async () => {
      const env = alone();
      program("python3", "echo No module named venv; exit 1");
      const output = await fails(["--jupyter"], env);
      assert.match(output, /Install one of these/);
      assert.match(
        output,
        /conda or mamba[^]*apt-get install jupyter-notebook[^]*python3 -m pip install jupyterlab/,
      );
      assert.match(output, /No module named venv/);
      assert.ok(!existsSync(join(project, ".venv")));
    });
  });
});
