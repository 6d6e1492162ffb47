import type { ICodeCell } from "@jupyterlab/nbformat";
import { stripVTControlCharacters } from "node:util";
import type { OutputEvent } from "./cell-outputs";
import { sourceText } from "./notebook-file";

/** Without a terminal, how often a display that updates in place gets a line. */
const lineEveryMs = 5_000;

/** Tells in the terminal how a notebook runs: one line that updates in place, or plain lines now and then. */
export class RunReport {
  private readonly live = process.stdout.isTTY;
  private number = 0;
  private startedAt = 0;
  private lastLineAt = 0;
  /** The newest text of a display that is not yet told. */
  private pending: string | undefined;
  private status = "";
  private timer: NodeJS.Timeout | undefined;
  private unfinishedLine = "";

  constructor(private readonly cells: number) {}

  start(cell: ICodeCell): void {
    this.number++;
    this.startedAt = Date.now();
    this.lastLineAt = 0;
    this.status = titleOf(cell);
    if (!this.live) {
      this.line(`${this.place()} ${this.status}`);
      return;
    }
    this.draw();
    this.timer = setInterval(() => this.draw(), 1_000);
  }

  /** One change of the running cell's outputs. */
  readonly output = ({ type, text }: OutputEvent): void => {
    if (type === "error") return; // told when the cell has ended
    const plain = stripVTControlCharacters(text);
    if (type === "stream") {
      const lines = (this.unfinishedLine + plain).split("\n");
      this.unfinishedLine = lines.pop() ?? "";
      for (const line of lines) this.line(`    ${line.slice(line.lastIndexOf("\r", line.length - 2) + 1)}`);
    } else if (plain !== "") {
      this.display(plain, type === "update");
    }
  };

  end(cell: ICodeCell, outcome: "done" | "failed" | "stopped"): void {
    clearInterval(this.timer);
    if (this.unfinishedLine !== "") this.line(`    ${this.unfinishedLine}`);
    this.unfinishedLine = "";
    this.tellPending();
    const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1);
    const mark = { done: "✓", failed: "✗", stopped: "■" }[outcome];
    this.status = "";
    this.line(`${this.place()} ${mark} ${outcome} in ${seconds} s${this.live ? `: ${titleOf(cell)}` : ""}`);
  }

  /** Writes a whole line, above the one that updates. */
  line(text: string): void {
    if (this.live) process.stdout.write(`\r\x1b[2K${text}\n`);
    else process.stdout.write(`${text}\n`);
    if (this.status !== "") this.draw();
  }

  private display(text: string, update: boolean): void {
    const first = text.split("\n", 1)[0] ?? "";
    if (this.live) {
      this.tellPending(update);
      this.status = first;
      this.draw();
    } else if (!update || Date.now() - this.lastLineAt >= lineEveryMs) {
      this.tellPending(update);
      this.lastLineAt = Date.now();
      this.line(`    ${first}`);
      return;
    }
    this.pending = first;
  }

  /** The last text of a display stays, unless an update replaces it. */
  private tellPending(replaced = false): void {
    const text = this.pending;
    this.pending = undefined;
    if (text !== undefined && !replaced) this.line(`    ${text}`);
  }

  private place(): string {
    return `[${String(this.number).padStart(String(this.cells).length)}/${this.cells}]`;
  }

  private draw(): void {
    if (!this.live) return;
    const seconds = Math.round((Date.now() - this.startedAt) / 1000);
    const text = `${this.place()} ${seconds} s  ${this.status}`;
    process.stdout.write(`\r\x1b[2K${text.slice(0, (process.stdout.columns || 80) - 1)}`);
  }
}

/** A cell's first line of code. */
export function titleOf(cell: ICodeCell): string {
  const lines = sourceText(cell.source)
    .split("\n")
    .filter((line) => /\w/.test(line));
  const code = lines.find((line) => !/^\s*(?:\/\/|import\b)/.test(line)) ?? lines[0] ?? "";
  return code.length > 70 ? `${code.trim().slice(0, 69)}…` : code.trim();
}
