import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { runChild } from "./run-child";
import { EXCEPTIONS } from "./tfjs-ops-exceptions";

interface Outcome {
  name: string;
  status: "passed" | "failed" | "pending";
  errors: string[];
}

/** tfjs-core's tests by name; some names occur more than once. */
type Outcomes = Map<string, Outcome[]>;

async function outcomesOn(backend: string): Promise<Outcomes> {
  const { code, signal, stdout, stderr } = await runChild("tfjs-ops.ts", {
    args: [backend],
    timeout: 300_000,
  });
  assert.deepEqual(
    { code, signal },
    { code: 0, signal: null },
    `tfjs-core's tests on ${backend}: ${stderr.slice(-2000)}`,
  );
  const outcomes: Outcomes = new Map();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith('{"name":')) continue; // Some tests print.
    const outcome = JSON.parse(line) as Outcome;
    outcomes.set(outcome.name, [...(outcomes.get(outcome.name) ?? []), outcome]);
  }
  return outcomes;
}

const passed = (outcomes: Outcome[] | undefined) =>
  (outcomes ?? []).filter(({ status }) => status === "passed");

describe("tfjs-core's own tests", () => {
  let cpu: Outcomes;
  let simd: Outcomes;

  before(async () => {
    [cpu, simd] = await Promise.all([outcomesOn("cpu"), outcomesOn("simd")]);
  });

  it("are all there: over 4,000 pass on tfjs's cpu backend", () => {
    const count = [...cpu.values()].flatMap(passed).length;
    assert.ok(count > 4000, `only ${count} pass`);
  });

  it("pass on simd where they pass on cpu, but for the listed exceptions", (t) => {
    const failures: string[] = [];
    for (const [name, outcomes] of cpu) {
      if (passed(simd.get(name)).length >= passed(outcomes).length || name in EXCEPTIONS) continue;
      const errors = (simd.get(name) ?? []).flatMap((outcome) => outcome.errors).join("\n  ");
      failures.push(`${name}\n  ${errors || "did not run"}`);
    }
    t.diagnostic(
      `${[...simd.values()].flatMap(passed).length} pass on simd, ${failures.length} unlisted failures`,
    );
    assert.equal(failures.length, 0, failures.join("\n"));
  });

  it("have exceptions for at most 1 %, each of which really fails", () => {
    const exceptions = Object.keys(EXCEPTIONS);
    assert.ok(exceptions.length <= cpu.size / 100, `${exceptions.length} exceptions of ${cpu.size} tests`);
    const stale = exceptions.filter((name) => passed(simd.get(name)).length >= passed(cpu.get(name)).length);
    assert.deepEqual(stale, [], "these pass: take them off the list");
  });
});
