import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("history", () => {
  const fixture = useKernel();

  async function history(content: object): Promise<[number, number, unknown][]> {
    const { reply } = await fixture.kernel.request("shell", "history_request", {
      output: false,
      raw: true,
      ...content,
    });
    assert.equal(reply.status, "ok");
    return reply.history as [number, number, unknown][];
  }

  it("has the cells that were counted, by tail, range and search", async () => {
    for (const code of ["1 + 1", "2 * 3", "'unique'", "2 * 3"]) await fixture.kernel.execute(code);
    await fixture.kernel.execute("'unstored'", { store_history: false });
    await fixture.kernel.execute("'silent'", { silent: true });
    await fixture.kernel.execute("throw new Error('failing')");

    const tail = await history({ hist_access_type: "tail", n: 3 });
    assert.deepEqual(
      tail.map(([, , code]) => code),
      ["'unique'", "2 * 3", "throw new Error('failing')"],
    );
    const [session, line] = tail[0]!;
    const range = await history({ hist_access_type: "range", session, start: line - 1, stop: line + 1 });
    assert.deepEqual(range, [
      [session, line - 1, "2 * 3"],
      [session, line, "'unique'"],
    ]);
    const current = await history({ hist_access_type: "range", session: 0, start: line, stop: line + 1 });
    assert.deepEqual(
      current.map(([, , code]) => code),
      ["'unique'"],
    );
  });

  it("searches by a glob, with a limit, and each code once", async () => {
    const search = (content: object) => history({ hist_access_type: "search", ...content });
    assert.equal(
      (await search({ pattern: "2 * 3" })).length,
      2,
      "the star matches any text, a star included",
    );
    assert.equal((await search({ pattern: "2*", unique: true })).length, 1);
    assert.equal((await search({ pattern: "2*", n: 1 })).length, 1);
    assert.equal((await search({ pattern: "? + ?" })).length, 1);
    assert.equal((await search({ pattern: "no*such" })).length, 0);
    assert.equal((await search({ pattern: "(2" })).length, 0);
  });

  it("has the output beside the input when asked", async () => {
    const [entry] = await history({ hist_access_type: "search", pattern: "1 + 1", output: true });
    const [input, output] = entry![2] as [string, unknown];
    assert.equal(input, "1 + 1");
    assert.equal(output, "2");
  });
});
