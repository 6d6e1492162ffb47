// Runs a command, and ends it when whoever started this is gone: that closes the pipe to this process's stdin even
// when it was killed. It runs in a session of its own, so that a terminal's Ctrl-C reaches neither of the two.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

/** What process-guard gets as its only argument, as JSON. */
export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** A folder to remove when the command has ended. */
  readonly remove: string;
}

/** How long the command may take to end by itself. */
const graceMs = 8_000;

function guard({ command, args, remove }: GuardedCommand): void {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  const end = (): void => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
  };
  process.stdin.on("end", end).on("error", end).resume();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  const finish = (code: number): void => {
    rmSync(remove, { recursive: true, force: true });
    process.exit(code);
  };
  child.on("error", (error) => {
    console.error(`cannot start ${command}: ${error.message}`);
    finish(127);
  });
  child.on("exit", (code) => finish(code ?? 1));
}

if (require.main === module) guard(JSON.parse(process.argv[2] ?? "") as GuardedCommand);
