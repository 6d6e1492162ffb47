import { resolve } from "node:path";
import { parseOptions, positiveNumber } from "./options";
import { projectRoot, resolveUserPath, userFolder } from "./paths";
import { runNotebook } from "./run-notebook";
import { UsageError } from "./usage-error";

const help = `Usage: npm run notebook -- PATH [options]
       npm run tutorial [-- options]

Runs a notebook's cells in order without a browser, and writes the executed notebook and an HTML page.

  -p, --parameter NAME VALUE   set a parameter (also NAME=VALUE): one that the cell tagged "parameters" declares
      --out DIR                where to write (default: out/ in the project)
      --timeout SECONDS        stop a cell that takes longer (default: never)
      --no-html                no HTML page
      --allow-errors           run the other cells, and succeed, when a cell fails
      --help                   show this text

Ctrl-C interrupts the running cell, and what is done so far is written; a second one quits.`;

export async function main(args: string[]): Promise<number> {
  const { parameters, rest } = takeParameters(args);
  const { values, positionals } = parseOptions(
    {
      args: rest,
      allowPositionals: true,
      options: {
        out: { type: "string" },
        timeout: { type: "string" },
        "allow-errors": { type: "boolean" },
        "no-html": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    },
    help,
  );
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const [path, ...more] = positionals;
  if (path === undefined) throw new UsageError(`which notebook?\n\n${help}`);
  if (more.length > 0)
    throw new UsageError(`one notebook at a time, please: what is ${more.join(" ")}?\n\n${help}`);
  return runNotebook({
    notebook: resolveUserPath(path),
    out: values.out === undefined ? resolve(projectRoot, "out") : resolve(userFolder(), values.out),
    parameters,
    timeout: positiveNumber("--timeout", values.timeout),
    allowErrors: values["allow-errors"] === true,
    html: values["no-html"] !== true,
  });
}

/** Takes out `-p NAME VALUE` and `-p NAME=VALUE`; Node's own parser knows no option with two values. */
function takeParameters(args: string[]): { parameters: Map<string, string>; rest: string[] } {
  const parameters = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg !== "-p" && arg !== "--parameter") {
      rest.push(arg);
      continue;
    }
    const named = args[++i];
    const [, name, joined] = /^([\p{L}_$][\p{L}\p{N}_$]*)(?:=([^]*))?$/u.exec(named ?? "") ?? [];
    const value = joined ?? (name === undefined ? undefined : args[++i]);
    if (name === undefined || value === undefined)
      throw new UsageError(
        `${arg} takes a name and a value, as in \`-p maxEpochs 1\`, and got “${named ?? ""}”.\n\n${help}`,
      );
    parameters.set(name, value);
  }
  return { parameters, rest };
}
