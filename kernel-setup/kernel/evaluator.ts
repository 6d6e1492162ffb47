import { dirname, join } from "node:path";
import vm from "node:vm";
import type { Compiler } from "./compiler/compiler";
import { CELL, SCOPE } from "./compiler/emit-cell";
import { CHECK, CHECKED, FLAG, META } from "./compiler/guards";
import { cellFileName } from "./compiler/module-program";
import type { Interrupter } from "./interrupt";
import { LocalModules, defaultOf, importMeta, namespaceOf } from "./local-modules";
import type { Run } from "./run";
import { CELL_FUNCTION, registerScript } from "./traceback";

const PARAMETERS = [SCOPE, CELL, FLAG, CHECK, CHECKED, META, "require", "__filename", "__dirname"];
const PREFIX = `(async function ${CELL_FUNCTION}(${PARAMETERS.join(",")}) {"use strict";`;

/** What a cell's code tells the evaluator while it runs. */
interface CellState {
  /** How many of its top-level names have their values. */
  done: number;
  /** The value of its last expression. */
  value: unknown;
}

/** Compiles and runs cells; keeps the variables that they share. */
export class Evaluator {
  private readonly scope: Record<string, unknown> = {};
  private readonly modules: LocalModules;
  private readonly from: string;
  private count = 0;

  constructor(
    readonly compiler: Compiler,
    private readonly flag: Int32Array,
    private readonly interrupter: Interrupter,
    provided: ReadonlyMap<string, unknown>,
  ) {
    this.modules = new LocalModules(compiler, flag, interrupter, provided);
    this.from = cellFileName(compiler.project.folder, 0);
  }

  /**
   * Runs `source` for `run` and returns the value of its last expression. Throws what the cell throws, or a
   * CompileError. Variables that have their values when it throws stay. `notify` gets lines about reloaded modules.
   */
  async evaluate(source: string, label: string, run: Run, notify: (line: string) => void): Promise<unknown> {
    const compiled = this.compiler.compile(source);
    const reloaded = this.modules.forgetChanged(compiled.specifiers, this.from);
    if (reloaded.length > 0) notify(this.modules.describe(reloaded));
    const fileName = `tslab-cell:${++this.count}`;
    registerScript(fileName, { label, source, map: compiled.map });
    const script = new vm.Script(`${PREFIX}${compiled.js}\n})`, {
      filename: fileName,
      columnOffset: -PREFIX.length,
    });
    const state: CellState = { done: -1, value: undefined };
    const body = script.runInThisContext() as (...args: unknown[]) => Promise<void>;
    try {
      state.done = 0;
      await Promise.race([body(...this.argumentsFor(state)), run.stopping]);
      compiled.commit(() => true);
    } catch (error) {
      const reached = state.done;
      compiled.commit(
        (name) => (compiled.assigned.get(name) ?? (name in this.scope ? 0 : Infinity)) <= reached,
      );
      throw error;
    }
    // A promise as the value is awaited, and an interrupt ends that, too.
    return await Promise.race([state.value, run.stopping]);
  }

  lookup(name: string): unknown {
    return Object.hasOwn(this.scope, name) ? this.scope[name] : undefined;
  }

  private argumentsFor(state: CellState): unknown[] {
    const { from, modules } = this;
    const load = (specifier: string): Promise<unknown> => modules.import(specifier, from);
    const cell = Object.assign(state, {
      import: load,
      load: async (specifier: string) => namespaceOf(await load(specifier)),
      defaultOf,
      namespaceOf,
    });
    const folder = dirname(from);
    const fileName = join(folder, "notebook.ts");
    const { check, checked } = this.interrupter;
    return [
      this.scope,
      cell,
      this.flag,
      check,
      checked,
      importMeta(fileName),
      modules.requireFrom(from),
      fileName,
      folder,
    ];
  }
}
