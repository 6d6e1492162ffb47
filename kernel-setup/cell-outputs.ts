import type { ICodeCell, IMimeBundle, IOutput } from "@jupyterlab/nbformat";
import type { Kernel, KernelMessage } from "@jupyterlab/services";

/** What a message changed, for those who show it. */
export interface OutputEvent {
  readonly cell: ICodeCell;
  readonly type: "stream" | "display" | "update" | "error";
  /** A stream's new text, a display's text/plain, or an error's message. */
  readonly text: string;
  /** A display's id, if it has one. */
  readonly displayId?: string | undefined;
}

type IOPub = KernelMessage.IIOPubMessage;

/** Keeps cells' outputs as Jupyter's pages do, from the messages that a kernel publishes. */
export class CellOutputs {
  private readonly cells = new Map<string, ICodeCell>();
  private readonly displays = new Map<string, IOutput[]>();
  private readonly withReturns = new WeakSet<IOutput>();
  private readonly clearBeforeNext = new Set<ICodeCell>();

  constructor(private readonly onOutput: (event: OutputEvent) => void = () => undefined) {}

  /** Output of this request, whenever it comes, belongs to the cell. */
  track(request: string, cell: ICodeCell): void {
    this.cells.set(request, cell);
  }

  /** Applies one message; those of requests that are not tracked are left out. */
  readonly handle = (_kernel: Kernel.IKernelConnection | undefined, message: IOPub): void => {
    const cell = this.cells.get((message.parent_header as { msg_id?: string }).msg_id ?? "");
    if (cell === undefined) return;
    const content = message.content as Record<string, unknown>;
    switch (message.header.msg_type) {
      case "status":
        recordTime(cell, `iopub.status.${String(content["execution_state"])}`, message);
        break;
      case "execute_input":
        cell.execution_count = content["execution_count"] as number;
        recordTime(cell, "iopub.execute_input", message);
        break;
      case "clear_output":
        if (content["wait"] === true) this.clearBeforeNext.add(cell);
        else cell.outputs.length = 0;
        break;
      case "stream":
        this.addStream(cell, content["name"] as string, content["text"] as string);
        break;
      case "error":
        this.add(cell, { output_type: "error", ...pick(content, ["ename", "evalue", "traceback"]) });
        this.onOutput({
          cell,
          type: "error",
          text: `${String(content["ename"])}: ${String(content["evalue"])}`,
        });
        break;
      case "display_data":
      case "execute_result":
        this.addDisplay(cell, message.header.msg_type, content);
        break;
      case "update_display_data":
        this.updateDisplay(cell, content);
        break;
    }
  };

  private addStream(cell: ICodeCell, name: string, text: string): void {
    this.clearIfWaiting(cell);
    let output = cell.outputs.at(-1);
    if (output?.output_type !== "stream" || output["name"] !== name) {
      output = { output_type: "stream", name, text: "" };
      cell.outputs.push(output);
    }
    // Kept apart from the text, which must not be searched anew for each of many messages.
    if (text.includes("\r")) this.withReturns.add(output);
    const joined = (output["text"] as string) + text;
    output["text"] = this.withReturns.has(output) ? withoutOverwritten(joined) : joined;
    this.onOutput({ cell, type: "stream", text });
  }

  private addDisplay(
    cell: ICodeCell,
    type: "display_data" | "execute_result",
    content: Record<string, unknown>,
  ) {
    const output: IOutput = {
      output_type: type,
      ...pick(
        content,
        type === "execute_result" ? ["data", "metadata", "execution_count"] : ["data", "metadata"],
      ),
    };
    const displayId = displayIdOf(content);
    this.add(cell, output);
    if (displayId !== undefined)
      this.displays.set(displayId, [...(this.displays.get(displayId) ?? []), output]);
    this.onOutput({ cell, type: "display", text: plainText(content), displayId });
  }

  private updateDisplay(cell: ICodeCell, content: Record<string, unknown>): void {
    const displayId = displayIdOf(content);
    if (displayId === undefined) return;
    for (const output of this.displays.get(displayId) ?? [])
      Object.assign(output, structuredClone(pick(content, ["data", "metadata"])));
    this.onOutput({ cell, type: "update", text: plainText(content), displayId });
  }

  private add(cell: ICodeCell, output: IOutput): void {
    this.clearIfWaiting(cell);
    cell.outputs.push(output);
  }

  private clearIfWaiting(cell: ICodeCell): void {
    if (this.clearBeforeNext.delete(cell)) cell.outputs.length = 0;
  }
}

/** When things happened, under the names that JupyterLab uses when it is told to record timing. */
export function recordTime(cell: ICodeCell, event: string, message: KernelMessage.IMessage): void {
  const metadata = cell.metadata as { execution?: Record<string, string> };
  (metadata.execution ??= {})[event] = message.header.date;
}

function displayIdOf(content: Record<string, unknown>): string | undefined {
  return (content["transient"] as { display_id?: string } | undefined)?.display_id;
}

function plainText(content: Record<string, unknown>): string {
  const text = (content["data"] as IMimeBundle | undefined)?.["text/plain"];
  return Array.isArray(text) ? text.join("") : typeof text === "string" ? text : "";
}

function pick(content: Record<string, unknown>, names: string[]): Record<string, never> {
  const entries = names.map((name) => [name, content[name] ?? (name === "metadata" ? {} : null)]);
  return Object.fromEntries(entries) as Record<string, never>;
}

/** The text as a terminal shows it: what precedes a carriage return within a line is overwritten by what follows. */
function withoutOverwritten(text: string): string {
  return text.replace(/\r+\n/g, "\n").replace(/(^|\n)[^\n]*\r(?=[^\r\n])/g, "$1");
}
