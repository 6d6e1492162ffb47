import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KernelClient } from "./client";
import { createBareFolder, createProject, type Project } from "./project";

async function inProject(project: Project, test: (kernel: KernelClient) => Promise<void>): Promise<void> {
  const kernel = await KernelClient.start({ cwd: project.notebooks });
  try {
    await test(kernel);
  } finally {
    await kernel.close();
    project.remove();
  }
}

function withOptions(compilerOptions: object, files: Record<string, string> = {}): Project {
  // As tsconfig.json files are: with comments.
  return createProject({
    "tsconfig.json": `{ // of the project\n "compilerOptions": ${JSON.stringify(compilerOptions)} }`,
    ...files,
  });
}

describe("the project's tsconfig.json", () => {
  it("sets strictness, lib, paths and decorators of cells and local modules", async () => {
    const options = {
      target: "ES2022",
      lib: ["ES2022"],
      strict: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      isolatedModules: true,
      noEmit: true,
      experimentalDecorators: true,
      paths: { "@lib/*": ["./lib/*"] },
    };
    const project = withOptions(options, { "lib/named.ts": "export const named: string = 'by path';" });
    await inProject(project, async (kernel) => {
      const wrong = async (code: string) => {
        const { reply } = await kernel.execute(code);
        assert.equal(reply.status, "error", code);
        return reply.evalue!;
      };
      assert.match(await wrong("const s: string = null;"), /null/);
      assert.match(await wrong("const one: number = [1][0];"), /undefined/);
      assert.match(await wrong("document.title"), /document/);
      assert.match(await wrong("[1].toSorted()"), /toSorted/);
      assert.equal(
        (await kernel.execute('import { named } from "@lib/named"; named')).expectOk().result,
        "'by path'",
      );
      const legacy = `function legacy(target: object, key: string) { console.log(typeof target, key) }
        class Decorated { @legacy method() {} }`;
      assert.equal((await kernel.execute(legacy)).expectOk().stdout, "object method\n");
      // A cell's unused variable is for the next cell.
      (await kernel.execute("const unused = 1; import { join } from 'node:path';")).expectOk();
    });
  });

  it("allows what a lax project allows", async () => {
    await inProject(withOptions({ target: "ES2022", strict: false }), async (kernel) => {
      const { result } = (
        await kernel.execute("const s: string = null; function f(x) { return x } [s, f(1)]")
      ).expectOk();
      assert.equal(result, "[ null, 1 ]");
    });
  });

  it("does not keep the kernel from working when it is broken", async () => {
    await inProject(
      createProject({ "tsconfig.json": '{ "compilerOptions": { "target": "nonsense", ' }),
      async (kernel) => {
        assert.equal((await kernel.execute("const a: number = 1; a + 1")).expectOk().result, "2");
      },
    );
  });

  it("is not needed: any folder will do", async () => {
    await inProject(createBareFolder(), async (kernel) => {
      const code = `import { display } from "tslab"; import { sep } from "node:path";
        display.html(process.version); const list = [3, 1].toSorted(); await Promise.resolve(list)`;
      const cell = (await kernel.execute(code)).expectOk();
      assert.equal(cell.result, "[ 1, 3 ]");
      assert.equal(cell.all("display_data")[0]!.data!["text/html"], process.version);
      assert.equal((await kernel.execute("const n: number = 'x'")).reply.status, "error");
    });
  });
});
