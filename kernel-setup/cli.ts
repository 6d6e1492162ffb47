#!/usr/bin/env node
import { FailureError, UsageError } from "./usage-error";

const help = `Usage: node dist/kernel-setup/cli.js COMMAND [options]

  lab       open the tutorial in Jupyter                      (npm start)
  run       run a notebook without a browser                  (npm run notebook -- PATH, npm run tutorial)
  doctor    show what was found, what is missing, what helps  (npm run doctor)
  install   offer the kernel in all of the user's Jupyters    (npm run kernel:install)

\`COMMAND --help\` tells more.`;

// Loaded when used: the doctor must also run when something that another command needs is broken.
const commands: Readonly<Record<string, () => Promise<{ main(args: string[]): Promise<number> }>>> = {
  lab: () => import("./lab-command.js"),
  run: () => import("./run-command.js"),
  doctor: () => import("./doctor-command.js"),
  install: () => import("./install-command.js"),
};

async function main([name = "--help", ...args]: string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    console.log(help);
    return 0;
  }
  try {
    const load = commands[name];
    if (load === undefined) throw new UsageError(`there is no command “${name}”.\n\n${help}`);
    return await (await load()).main(args);
  } catch (error) {
    if (error instanceof UsageError) console.error(error.message);
    else if (error instanceof FailureError) console.error(`${name}: ${error.message}`);
    else throw error;
    return error instanceof UsageError ? 2 : 1;
  }
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
