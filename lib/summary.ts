import { countParameters, type Module } from "./module";

/** A network's layers as a table: name, layer, number of weights. Shown as HTML in a notebook, as text elsewhere. */
export interface Summary {
  readonly rows: readonly { readonly name: string; readonly layer: string; readonly parameters: number }[];
  toString(): string;
}

/**
 * Lists a network's layers and their weights, as Lightning's model summary.
 *
 * @example summarize(new Discriminator()) // 21,381 weights
 */
export function summarize(network: Module<never, unknown>): Summary {
  const rows = leaves(network, "");
  const total = { name: "total", layer: network.constructor.name, parameters: countParameters(network) };
  const cells = [...rows, total].map(
    (row) => [row.name, row.layer, row.parameters.toLocaleString("en")] as const,
  );
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((cell) => cell[column]!.length)));
  const text = cells
    .map(
      ([name, layer, count]) =>
        `${name.padEnd(widths[0]!)}  ${layer.padEnd(widths[1]!)}  ${count.padStart(widths[2]!)}`,
    )
    .join("\n");
  const html = () => {
    const line = (tag: string, [name, layer, count]: readonly [string, string, string]) =>
      `<tr><${tag} style="text-align:left">${name}</${tag}><${tag} style="text-align:left">${layer}</${tag}>` +
      `<${tag} style="text-align:right">${count}</${tag}></tr>`;
    const body = cells.map((cell, i) => line(i === cells.length - 1 ? "th" : "td", cell)).join("");
    return `<table><thead>${line("th", ["name", "layer", "weights"])}</thead><tbody>${body}</tbody></table>`;
  };
  return {
    rows,
    toString: () => text,
    [Symbol.for("Jupyter.display")]: () => ({ "text/html": html(), "text/plain": text }),
  };
}

function leaves(
  module: Module<never, unknown>,
  prefix: string,
): { name: string; layer: string; parameters: number }[] {
  return [...module.children()].flatMap(([name, child]) =>
    child.children().size > 0
      ? leaves(child, `${prefix}${name}.`)
      : [{ name: prefix + name, layer: String(child), parameters: countParameters(child) }],
  );
}
