import { escapeHtml } from "./chart-figure";
import type { TrainingHistory } from "./history";
import { countParameters } from "./module";
import type { LightningModule } from "./lightning-module";
import type { Trainer } from "./trainer";

/** One training: what was trained, how, and what came out. */
export interface Run {
  readonly name: string;
  /** The hyperparameters, e.g. { latentDim: 100, lr: 2e-4 }. */
  readonly hparams: Readonly<Record<string, unknown>>;
  /** Number of weights. */
  readonly weights: number;
  readonly history: TrainingHistory;
  /** A measure of the images, lower is better (see ImageQuality); undefined if not measured. */
  readonly quality: number | undefined;
}

/**
 * Trainings to compare. In a notebook, the last line `runs` shows them as a table.
 *
 * @example
 * const runs = new Runs();
 * runs.add("original", model, trainer);
 * await plotCurves(...runs);
 */
export class Runs implements Iterable<Run> {
  private readonly byName = new Map<string, Run>();

  /** Adds a training, or replaces the one of this name, so that its cell can be run again. */
  add(name: string, model: LightningModule, trainer: Trainer, { quality }: { quality?: number } = {}): Run {
    let hparams = {};
    try {
      hparams = model.hparams;
    } catch {
      // A model may have saved none.
    }
    const run = { name, hparams, weights: countParameters(model), history: trainer.history, quality };
    this.byName.set(name, run);
    return run;
  }

  [Symbol.iterator](): Iterator<Run> {
    return this.byName.values();
  }

  /** The table as text. */
  toString(): string {
    const [head, ...rows] = this.table();
    const widths = head!.map((_, i) => Math.max(...[head!, ...rows].map((row) => row[i]!.length)));
    return [head!, ...rows]
      .map((row) =>
        row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const [head, ...rows] = this.table();
    const line = (tag: string, cells: readonly string[]) =>
      `<tr>${cells.map((cell) => `<${tag} style="text-align:left">${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
    const body = rows.map((row) => line("td", row)).join("");
    return {
      "text/html": `<table><thead>${line("th", head!)}</thead><tbody>${body}</tbody></table>`,
      "text/plain": this.toString(),
    };
  }

  private table(): string[][] {
    const runs = [...this];
    const losses = [...new Set(runs.flatMap(({ history }) => history.names))];
    const measured = runs.some(({ quality }) => quality !== undefined);
    const head = ["name", "parameters", "weights", "epochs", "steps", "time", ...losses];
    const rows = runs.map(({ name, hparams, weights, history, quality }) => {
      const last = history.epochs.at(-1)?.values ?? {};
      const seconds = history.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
      return [
        name,
        Object.entries(hparams)
          .map(([key, value]) => `${key}: ${typeof value === "number" ? value : JSON.stringify(value)}`)
          .join(", "),
        weights.toLocaleString("en"),
        String(history.epochs.length),
        String(history.steps.length),
        `${seconds.toFixed(1)} s`,
        ...losses.map((loss) => last[loss]?.toPrecision(3) ?? "–"),
        ...(measured ? [quality?.toFixed(1) ?? "–"] : []),
      ];
    });
    return [measured ? [...head, "quality ↓"] : head, ...rows];
  }
}
