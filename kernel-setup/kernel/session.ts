import type { Router } from "zeromq";
import type { Comms } from "./comms";
import type { CompileError } from "./compiler/compiler";
import { complete } from "./completion";
import { isComplete } from "./completeness";
import { reportDiagnostics } from "./diagnostics-report";
import { bundleOf, type MimeBundle } from "./display";
import type { Evaluator } from "./evaluator";
import { History } from "./history";
import { inspectCode } from "./inspection";
import type { Interrupter } from "./interrupt";
import type { IOPub } from "./iopub";
import { kernelInfo } from "./kernel-info";
import { KernelInterrupt, Run, currentRun } from "./run";
import { reportError, type ErrorReport } from "./traceback";
import type { Header, Json, Message, Wire } from "./wire";

export interface SessionParts {
  readonly shell: Router;
  readonly wire: Wire;
  readonly iopub: IOPub;
  readonly interrupter: Interrupter;
  readonly comms: Comms;
  /** Loads the compiler on first use. */
  evaluator(): Evaluator;
  /** Ends the process; `restart` is what the front end is told. */
  shutdown(): void;
}

/** The shell channel: cells one after the other, everything else at once. */
export class Session {
  private readonly history = new History();
  private readonly queue: Message[] = [];
  private executionCount = 0;
  private working = false;
  /** The run whose cell is executing. */
  active: Run | undefined;
  /** The last cell's request: what has no cell of its own is shown there. */
  lastParent: Header | undefined;

  constructor(private readonly parts: SessionParts) {}

  receive(message: Message): void {
    if (message.header.msg_type === "execute_request") {
      this.queue.push(message);
      void this.work();
    } else void this.answer(message);
  }

  /**
   * For the end of the process: the reply that the running cell still owes. `code` is what the cell called
   * process.exit() with; undefined when the end is not its doing.
   */
  abandon(code: number | undefined): void {
    const run = this.active;
    if (!run) return;
    const content = { execution_count: this.executionCount, ...endOf(code) };
    this.reply({ header: run.parent, identities: run.identities }, "execute_reply", content);
    this.parts.iopub.status("idle", run.parent);
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let message = this.queue.shift(); message; message = this.queue.shift()) await this.cell(message);
    } finally {
      this.working = false;
    }
  }

  private async cell(message: Message): Promise<void> {
    const { iopub } = this.parts;
    this.lastParent = message.header;
    iopub.running(message.header);
    iopub.status("busy", message.header);
    const content = sendable(await this.execute(message));
    const isFailed = content.status === "error" && message.content.stop_on_error !== false;
    // Requests that are on their way already were sent before the failure was known: they are aborted. What comes
    // after the reply was sent in its knowledge, and runs.
    if (isFailed) await arrivals();
    const aborted = isFailed ? this.queue.splice(0) : [];
    this.reply(message, "execute_reply", content);
    iopub.status("idle", message.header);
    for (const dropped of aborted) this.abort(dropped);
  }

  private abort(message: Message): void {
    const { iopub } = this.parts;
    iopub.status("busy", message.header);
    this.reply(message, "execute_reply", {
      status: "aborted",
      execution_count: this.executionCount,
      ename: "Aborted",
      evalue: "An earlier cell failed.",
      traceback: [],
    });
    iopub.status("idle", message.header);
  }

  private async execute(message: Message): Promise<Json> {
    const { iopub, interrupter } = this.parts;
    const { content, metadata, header } = message;
    const silent = content.silent === true;
    const code = content.code;
    if (typeof code !== "string") {
      const report = reportError(
        new TypeError(`execute_request needs "code" as a string, but got ${typeof code}.`),
      );
      return { status: "error", execution_count: this.executionCount, ...report };
    }
    const stored = !silent && content.store_history !== false;
    if (stored) this.history.add(++this.executionCount, code);
    const count = this.executionCount;
    if (!silent) iopub.publish("execute_input", header, { code, execution_count: count });
    const cell = {
      id: typeof metadata.cellId === "string" ? metadata.cellId : undefined,
      executionCount: count,
      code,
    };
    const run = new Run(header, message.identities, content.allow_stdin === true, cell);
    const label = stored ? `cell [${count}]` : "cell without a number";
    this.active = run;
    interrupter.begin(run);
    try {
      const bundle = await currentRun.run(run, () => this.evaluate(code, label, run));
      if (bundle && !silent) {
        iopub.publish("execute_result", header, { execution_count: count, data: bundle, metadata: {} });
        if (stored) this.history.setOutput(count, bundle["text/plain"]);
      }
      const expressions = await currentRun.run(run, () =>
        this.userExpressions(content.user_expressions, run),
      );
      return { status: "ok", execution_count: count, payload: [], user_expressions: expressions };
    } catch (error) {
      const report = this.report(error, label, run);
      if (!silent) iopub.publish("error", header, { ...report });
      return { status: "error", execution_count: count, ...report, payload: [], user_expressions: {} };
    } finally {
      interrupter.end(run);
      this.active = undefined;
    }
  }

  private async evaluate(code: string, label: string, run: Run): Promise<MimeBundle | undefined> {
    const notify = (line: string): void => this.parts.iopub.stream("stdout", line, run.parent);
    const value = await this.parts.evaluator().evaluate(code, label, run, notify);
    const finish = async (): Promise<MimeBundle | undefined> => {
      await Promise.all(run.pending);
      return value === undefined ? undefined : bundleOf(value);
    };
    return Promise.race([finish(), run.stopping]);
  }

  private async userExpressions(expressions: unknown, run: Run): Promise<Json> {
    const results: Json = {};
    if (typeof expressions !== "object" || expressions === null) return results;
    for (const [name, source] of Object.entries(expressions)) {
      const label = `expression ${name}`;
      try {
        const value = await this.parts
          .evaluator()
          .evaluate(`(${String(source)}\n)`, label, run, () => undefined);
        const data = await Promise.race([bundleOf(value), run.stopping]);
        results[name] = { status: "ok", data, metadata: {} };
      } catch (error) {
        results[name] = { status: "error", ...this.report(error, label, run) };
      }
    }
    return results;
  }

  private report(error: unknown, label: string, run: Run): ErrorReport {
    if (isInterrupt(error, run))
      return {
        ename: "KeyboardInterrupt",
        evalue: "The cell was interrupted.",
        traceback: ["KeyboardInterrupt: The cell was interrupted."],
      };
    if (isCompileError(error)) {
      const { ts, project } = this.parts.evaluator().compiler;
      return reportDiagnostics(ts, error, label, project.folder);
    }
    return reportError(error);
  }

  private async answer(message: Message): Promise<void> {
    const { iopub } = this.parts;
    const type = message.header.msg_type;
    iopub.status("busy", message.header);
    try {
      const content = await this.contentFor(message);
      if (content) this.reply(message, type.replace(/_request$/, "_reply"), content);
    } catch (error) {
      if (type.endsWith("_request"))
        this.reply(message, type.replace(/_request$/, "_reply"), { status: "error", ...reportError(error) });
      else iopub.stream("stderr", `${reportError(error).traceback.join("\n")}\n`, message.header);
    }
    iopub.status("idle", message.header);
    // Front ends show the last state they hear of, and the cell is still running.
    if (this.active) iopub.status("busy", this.active.parent);
    if (type === "shutdown_request") this.parts.shutdown();
  }

  private async contentFor(message: Message): Promise<Json | undefined> {
    const { content, header } = message;
    const compiler = () => this.parts.evaluator().compiler;
    const code = typeof content.code === "string" ? content.code : "";
    const cursor = typeof content.cursor_pos === "number" ? content.cursor_pos : code.length;
    switch (header.msg_type) {
      case "kernel_info_request":
        return kernelInfo();
      case "complete_request":
        return complete(compiler(), code, cursor);
      case "inspect_request":
        return inspectCode(compiler(), code, cursor);
      case "is_complete_request":
        return isComplete(compiler().ts, code);
      case "history_request":
        return this.history.reply(content);
      case "comm_info_request":
        return this.parts.comms.info(content.target_name);
      case "shutdown_request":
        return { status: "ok", restart: content.restart === true };
      case "comm_open":
      case "comm_msg":
      case "comm_close": {
        const cell = this.active?.cell ?? { id: undefined, executionCount: this.executionCount, code: "" };
        await currentRun.run(new Run(header, message.identities, false, cell), () =>
          this.parts.comms.receive(message),
        );
        return undefined;
      }
      default:
        throw new Error(
          `This kernel knows no message of type ${JSON.stringify(header.msg_type.slice(0, 100))}.`,
        );
    }
  }

  private reply(to: Pick<Message, "header" | "identities">, type: string, content: Json): void {
    const { iopub, shell, wire } = this.parts;
    iopub.flush();
    shell
      .send(wire.encode({ identities: to.identities, type, parent: to.header, content }))
      .catch(() => undefined);
  }
}

/** `content`; or an error in its place, when a cell has put into it what JSON cannot hold. */
function sendable(content: Json): Json {
  try {
    JSON.stringify(content);
    return content;
  } catch (error) {
    const { execution_count } = content;
    return { status: "error", execution_count, ...reportError(error), payload: [], user_expressions: {} };
  }
}

/** A reply's status when the process ends before the cell does. */
function endOf(code: number | undefined): Json {
  if (code === 0) return { status: "ok", payload: [], user_expressions: {} };
  const isAborted = code === undefined;
  const ename = isAborted ? "Aborted" : "SystemExit";
  const evalue = isAborted ? "The kernel was shut down." : String(code);
  return { status: isAborted ? "aborted" : "error", ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

/** By its parts, because the class comes with the compiler, which is loaded late. */
function isCompileError(error: unknown): error is CompileError {
  try {
    return error instanceof Error && Object.hasOwn(error, "diagnostics") && error.name === "TypeScriptError";
  } catch {
    return false;
  }
}

/** The interrupt itself, or what an API that was given the cell's signal made of it. */
function isInterrupt(error: unknown, run: Run): boolean {
  try {
    if (error instanceof KernelInterrupt) return true;
    return run.controller.signal.aborted && error instanceof Error && error.name === "AbortError";
  } catch {
    // A thrown proxy may throw at every touch.
    return false;
  }
}

/** Waits until the requests that have already arrived are in the queue. */
async function arrivals(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
