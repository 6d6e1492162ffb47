import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useKernel } from "./fixture";

describe("input", () => {
  const fixture = useKernel();

  it("asks the front end, and returns the answer as a string", async () => {
    fixture.kernel.onInput = ({ prompt, password }) => `${String(prompt)}${String(password)}`;
    const cell = await fixture.kernel.execute('const answer: string = await input("name? "); answer', {
      allow_stdin: true,
    });
    assert.equal(cell.expectOk().result, "'name? false'");
  });

  it("asks for a password", async () => {
    fixture.kernel.onInput = ({ prompt, password }) =>
      password === true ? `secret of ${String(prompt)}` : "not hidden";
    const cell = await fixture.kernel.execute('await input("word: ", { password: true })', {
      allow_stdin: true,
    });
    assert.equal(cell.expectOk().result, "'secret of word: '");
  });

  it("asks twice in one cell, and for libraries", async () => {
    const answers = ["first", "zweite – 😀"];
    fixture.kernel.onInput = () => answers.shift()!;
    const cell = await fixture.kernel.execute(
      `[await input("1"), await (globalThis as any)[Symbol.for("tslab.kernel")].input("2")]`,
      { allow_stdin: true },
    );
    assert.equal(cell.expectOk().result, "[ 'first', 'zweite – 😀' ]");
  });

  it("says so when the front end takes no input", async () => {
    const cell = await fixture.kernel.execute('await input("name? ")');
    assert.equal(cell.reply.status, "error");
    assert.match(cell.reply.evalue!, /front ?end|allow_stdin|input/i);
  });

  it("shows what was printed before the question", async () => {
    const cell = fixture.kernel.run('console.log("before"); await input("now? ")', { allow_stdin: true });
    // The two come by different sockets: the answer waits for the text, which must not wait for the answer.
    fixture.kernel.onInput = async () => (await cell.printed("before\n", 5_000), "yes");
    await cell.done(10_000);
    assert.equal(cell.stdout, "before\n");
    assert.equal(cell.expectOk().result, "'yes'");
  });

  it("stops waiting when interrupted, and the next question works", async () => {
    let asked = () => {};
    const question = new Promise<void>((resolve) => (asked = resolve));
    fixture.kernel.onInput = () => (asked(), undefined);
    const waiting = fixture.kernel.run('await input("forgotten? ")', { allow_stdin: true });
    await question;
    await fixture.kernel.interrupt("interrupt_request");
    assert.equal((await waiting.done(3_000)).reply.ename, "KeyboardInterrupt");
    fixture.kernel.onInput = () => "fresh";
    const next = await fixture.kernel.execute('await input("again? ")', { allow_stdin: true });
    assert.equal(next.expectOk().result, "'fresh'");
  });
});
