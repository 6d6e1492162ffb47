import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { chosenJupyter } from "./jupyter";
import { JupyterServer } from "./jupyter-server";
import { openBrowser } from "./open-browser";
import { projectRoot } from "./paths";
import { probeKernel } from "./probe-kernel";
import { StopRequests } from "./stop-requests";
import { FailureError } from "./usage-error";

const tutorial = "notebooks/gan.ipynb";

/** Lines of the server's log that say that a kernel does not work. */
const kernelTrouble = /kernel.*(?:died|failed|did not|cannot|error)|restart failed/i;

export interface LabOptions {
  port: number;
  ip: string;
  browser: boolean;
}

/**
 * Opens the tutorial in Jupyter and stays until it is stopped.
 *
 * @returns the exit code
 */
export async function openLab({ port, ip, browser }: LabOptions): Promise<number> {
  const jupyter = await chosenJupyter();
  const app = jupyter.versions.lab !== undefined ? "lab" : "notebook";
  if (jupyter.versions[app] === undefined)
    throw new FailureError(
      `${jupyter.command} has a server, but neither JupyterLab nor Jupyter Notebook to open a notebook in. ` +
        "Install one beside it (jupyterlab), remove .jupyter/jupyter.json, and run this again.",
    );
  const stops = new StopRequests();
  // Told beside the page, where a kernel that does not start only turns round and round.
  const kernelTold = probeKernel().catch((error: unknown) => {
    console.error(`The kernel does not start: ${(error as Error).message}\n  \`npm run doctor\` tells more.`);
  });
  let server: JupyterServer | undefined;
  try {
    server = await JupyterServer.start({ jupyter, app, folder: projectRoot, port, ip });
    const address = pageAddress(server, app);
    if (stops.count === 0) {
      console.log(
        `\nThe tutorial is open in ${app === "lab" ? "JupyterLab" : "Jupyter Notebook"}:\n\n    ${address}\n`,
      );
      if (ip === "0.0.0.0") console.log(`From another machine, put ${hostname()} in place of 127.0.0.1.\n`);
      console.log("Ctrl-C stops the server and its kernels.");
      if (browser) openBrowser(address);
    }
    const stop = await Promise.race([stops.requested, server.ended, tellTrouble(server)]);
    if (stop === undefined) {
      console.log("The Jupyter server has ended.");
      return 0;
    }
    console.log(`\n${stop}: stopping Jupyter and its kernels …`);
    return 0;
  } finally {
    await server?.stop();
    await kernelTold;
    stops.dispose();
  }
}

/** The notebook's page, its token included. */
function pageAddress({ url, token }: JupyterServer, app: "lab" | "notebook"): string {
  return `${url}${app === "lab" ? "lab/tree" : "notebooks"}/${tutorial}?token=${token}`;
}

/** Repeats what the server's log says of kernels that do not work; never resolves. */
async function tellTrouble(server: JupyterServer): Promise<never> {
  for (let told = 0; ; await sleep(1_000, undefined, { ref: false })) {
    const log = server.log();
    const end = log.lastIndexOf("\n") + 1;
    for (const line of log.slice(told, end).split("\n"))
      if (kernelTrouble.test(line)) console.error(`Jupyter: ${line}`);
    told = end;
  }
}
