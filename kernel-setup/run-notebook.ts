import type { ICodeCell, INotebookContent } from "@jupyterlab/nbformat";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CellOutputs, recordTime } from "./cell-outputs";
import { shownFailure } from "./failure-report";
import { writeHtmlPage } from "./html-page";
import { chosenJupyter } from "./jupyter";
import { JupyterServer } from "./jupyter-server";
import { KernelSession, timeout } from "./kernel-session";
import { codeHash, isCode, readNotebook, sourceText, tagsOf, writeNotebook } from "./notebook-file";
import { injectParameters } from "./parameters";
import { shownPath } from "./paths";
import { RunReport } from "./run-report";
import { StopRequests } from "./stop-requests";
import { FailureError, UsageError } from "./usage-error";

export interface RunOptions {
  /** Absolute path. */
  notebook: string;
  /** The folder for the executed notebook and its page. */
  out: string;
  /** Parameter → value as the user wrote it. */
  parameters?: ReadonlyMap<string, string>;
  /** Seconds that a cell may take; default: any time. */
  timeout?: number | undefined;
  /** Go on after a cell that fails. */
  allowErrors?: boolean;
  /** Also write an HTML page; default true. */
  html?: boolean;
}

function isSameFile(a: string, b: string): boolean {
  return existsSync(a) && realpathSync(a) === realpathSync(b);
}

type Outcome = "done" | "failed" | "stopped";

/** How long a cell may take to stop after an interrupt before the run gives it up. */
const stopMs = 10_000;

/**
 * Runs a notebook's cells in order on a kernel of its own under a Jupyter server of its own, shows how it goes in the
 * terminal, and writes the executed notebook and an HTML page, whatever happens.
 *
 * @returns the exit code: 0, 1 when a cell failed, 128 + n when stopped by signal n
 */
export async function runNotebook(options: RunOptions): Promise<number> {
  const notebook = readNotebook(options.notebook);
  if (options.parameters !== undefined) injectParameters(notebook, options.parameters);
  const cells = notebook.cells.filter(isCode);
  const executed = join(options.out, basename(options.notebook));
  if (isSameFile(executed, options.notebook)) {
    throw new UsageError(
      `--out ${shownPath(options.out)}: the executed notebook would take the place of ${shownPath(options.notebook)} itself. ` +
        `Choose another folder.`,
    );
  }
  for (const cell of cells) forget(cell);

  const jupyter = await chosenJupyter();
  const stops = new StopRequests();
  let exitCode: number;
  let server: JupyterServer | undefined;
  let session: KernelSession | undefined;
  try {
    server = await JupyterServer.start({
      jupyter,
      app:
        jupyter.versions.server !== undefined
          ? "server"
          : jupyter.versions.lab !== undefined
            ? "lab"
            : "notebook",
      folder: dirname(options.notebook),
      ownConfiguration: true,
    });
    stops.throwIfRequested();
    session = await Promise.race([
      KernelSession.start(server, options.notebook, kernelName(notebook)),
      stops.requested.then(() => Promise.reject(new FailureError("stopped before the kernel had started"))),
    ]);
    notebook.metadata["language_info"] = session.info.language_info;
    console.log(
      `${shownPath(options.notebook)} on ${session.info.implementation} ${session.info.implementation_version}, ` +
        `${cells.length} code cells`,
    );
    exitCode = await runCells(cells, session, stops, options);
    if (exitCode === 0) notebook.metadata["executed_code_sha256"] = codeHash(notebook.cells);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    console.error(error.message);
    exitCode = 1;
  } finally {
    // Written before the server has stopped: nothing that happens then can lose it.
    // Where no cell could run, an earlier run's outputs are worth more than none.
    if (session !== undefined) writeNotebook(executed, notebook);
    await Promise.race([session?.stop(), stops.requestedTwice]);
    await server?.stop();
    stops.dispose();
  }
  if (session === undefined) return stops.exitCode ?? exitCode;
  console.log(`wrote ${shownPath(executed)}`);
  if (options.html !== false && stops.count < 2) {
    const page = executed.replace(/(?:\.ipynb)?$/, ".html");
    const problem = await writeHtmlPage(jupyter, executed, page, dirname(options.notebook));
    console.log(problem ?? `wrote ${shownPath(page)}`);
  }
  return stops.exitCode ?? exitCode;
}

async function runCells(
  cells: ICodeCell[],
  session: KernelSession,
  stops: StopRequests,
  { notebook, timeout: seconds, allowErrors = false }: RunOptions,
): Promise<number> {
  const runnable = cells.filter(
    (cell) => sourceText(cell.source).trim() !== "" && !tagsOf(cell).includes("skip-execution"),
  );
  const report = new RunReport(runnable.length);
  const outputs = new CellOutputs(report.output);
  session.connection.iopubMessage.connect(outputs.handle);
  let failures = 0;
  for (const [index, cell] of runnable.entries()) {
    report.start(cell);
    let outcome: Outcome = "failed";
    try {
      outcome = await runCell(cell, session, outputs, stops, seconds, report);
    } finally {
      report.end(cell, outcome);
    }
    if (stops.count > 0) return 1;
    if (outcome !== "failed" || tagsOf(cell).includes("raises-exception")) continue;
    failures++;
    console.error(shownFailure(cell, `${shownPath(notebook)}, code cell ${index + 1} of ${runnable.length}`));
    if (!allowErrors) break;
  }
  return failures === 0 || allowErrors ? 0 : 1;
}

async function runCell(
  cell: ICodeCell,
  session: KernelSession,
  outputs: CellOutputs,
  stops: StopRequests,
  seconds: number | undefined,
  report: RunReport,
): Promise<Outcome> {
  const future = session.execute(sourceText(cell.source), String(cell["id"]));
  outputs.track(future.msg.header.msg_id, cell);
  future.onReply = (reply) => recordTime(cell, "shell.execute_reply", reply);
  const interrupt = async (why: string): Promise<never> => {
    report.line(`    ${why}: interrupting the cell`);
    const giveUp = timeout(stopMs, () => `${why}, and the cell did not stop within ${stopMs / 1000} s.`);
    await session.interrupt();
    await Promise.race([future.done, giveUp.promise, stops.requestedTwice]).finally(giveUp.cancel);
    throw new FailureError(why);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    if (seconds !== undefined)
      timer = setTimeout(() => resolve(`the cell took longer than ${seconds} s (--timeout)`), seconds * 1000);
  });
  const done = future.done.then((reply) => reply.content.status);
  done.catch(() => undefined); // the connection cancels it when the kernel has died, and `died` tells why
  try {
    const ended = await Promise.race([
      done.then((status) => ({ status })),
      session.died,
      stops.requested,
      late,
    ]);
    if (typeof ended === "string") return await interrupt(ended);
    if (stops.count > 0) return "stopped";
    return ended.status === "ok" ? "done" : "failed";
  } catch (error) {
    if (stops.count > 0) return "stopped";
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws UsageError when the notebook names no kernel */
function kernelName(notebook: INotebookContent): string {
  const name = notebook.metadata.kernelspec?.name;
  if (typeof name === "string" && name !== "") return name;
  throw new UsageError("the notebook names no kernel. Open it in Jupyter, choose one, and save it.");
}

function forget(cell: ICodeCell): void {
  cell.outputs = [];
  cell.execution_count = null;
  delete (cell.metadata as { execution?: unknown }).execution;
}
