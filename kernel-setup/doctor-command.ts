import { examine, type Finding } from "./doctor";
import { parseOptions } from "./options";

const help = `Usage: npm run doctor [-- --json]

Shows what was found, what is missing and the command that mends it. Really starts the kernel and picks a backend.
Ends with exit code 1 if the tutorial could not run.

  --json   as JSON: a list of { name, state: "ok" | "note" | "missing", found, mend? }
  --help   show this text`;

const marks: Readonly<Record<Finding["state"], string>> = { ok: "✓", note: "!", missing: "✗" };

export async function main(args: string[]): Promise<number> {
  const options = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
  const { values } = parseOptions({ args, options }, help);
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const findings = await examine();
  const fit = findings.every(({ state }) => state !== "missing");
  if (values.json === true) console.log(JSON.stringify(findings, null, 2));
  else {
    for (const finding of findings) console.log(row(finding));
    console.log(
      fit
        ? "\nThe tutorial can run: npm start"
        : "\nThe tutorial cannot run until what is marked ✗ is mended.",
    );
  }
  return fit ? 0 : 1;
}

function row({ name, state, found, mend }: Finding): string {
  const lines = [...found.split("\n"), ...(mend === undefined ? [] : [`→ ${mend}`])];
  return lines
    .map(
      (line, index) => `${index === 0 ? marks[state] : " "} ${(index === 0 ? name : "").padEnd(13)} ${line}`,
    )
    .join("\n");
}
