import childProcess, { ChildProcess, type SpawnOptions } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StreamName } from "./iopub";
import { currentRun } from "./run";
import type { Header } from "./wire";

type Show = (name: StreamName, text: string, parent: Header | undefined) => void;

/**
 * Shows what goes past process.stdout and process.stderr: the output that child processes inherit, and what is
 * written to the descriptors 1 and 2. Each goes to the cell that started it.
 */
export function captureChildren(show: Show, fallback: () => Header | undefined): void {
  const parent = (): Header | undefined => currentRun.getStore()?.parent ?? fallback();
  captureAsync(show, parent);
  captureSync(show, parent);
  captureDescriptors();
  syncBuiltinESMExports();
}

/** spawn, fork and exec all come down to this method: what would be inherited is piped here and passed on. */
function captureAsync(show: Show, parent: () => Header | undefined): void {
  const prototype = ChildProcess.prototype as unknown as { spawn(options: SpawnOptions): unknown };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const original = prototype.spawn;
  prototype.spawn = function (this: ChildProcess, options: SpawnOptions): unknown {
    stopWithRun(this, options);
    const { stdio, inherited } = withoutInherited(options.stdio, () => "pipe");
    if (inherited.size === 0) return original.call(this, options);
    const to = parent();
    const result: unknown = original.call(this, { ...options, stdio });
    for (const [index, name] of inherited) {
      const stream = this.stdio[index as 1 | 2];
      stream?.setEncoding("utf8").on("data", (text: string) => show(name, text, to));
      // For the cell it looks as if it were inherited.
      this.stdio[index as 1] = null;
      if (index === 1) this.stdout = null;
      else this.stderr = null;
    }
    return result;
  };
}

/** An interrupt ends what the cell has started, unless that was to live on its own. */
function stopWithRun(child: ChildProcess, options: SpawnOptions): void {
  const run = currentRun.getStore();
  if (!run || options.detached === true) return;
  run.children.add(child);
  child.once("exit", () => run.children.delete(child));
}

/** The synchronous ones write to a file, which is shown when they return. */
function captureSync(show: Show, parent: () => Header | undefined): void {
  const functions = childProcess as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["spawnSync", "execSync", "execFileSync"]) {
    const original = functions[name]!;
    functions[name] = (...args: unknown[]): unknown => {
      const at = args.findIndex((arg) => typeof arg === "object" && arg !== null && !Array.isArray(arg));
      const options = args[at] as { stdio?: SpawnOptions["stdio"] } | undefined;
      const files = new Map<number, { name: StreamName; path: string; descriptor: number }>();
      const { stdio, inherited } = withoutInherited(options?.stdio, (index, stream) => {
        const path = join(tmpdir(), `tslab-${process.pid}-${index}-${Date.now()}`);
        const descriptor = fs.openSync(path, "a+");
        files.set(index, { name: stream, path, descriptor });
        return descriptor;
      });
      if (inherited.size === 0) return original(...args);
      try {
        return original(...args.with(at, { ...options, stdio }));
      } finally {
        for (const file of files.values()) {
          fs.closeSync(file.descriptor);
          show(file.name, fs.readFileSync(file.path, "utf8"), parent());
          fs.unlinkSync(file.path);
        }
      }
    };
  }
}

function captureDescriptors(): void {
  const original = fs.writeSync as (descriptor: number, ...rest: unknown[]) => number;
  const capturing = (
    descriptor: number,
    data: string | NodeJS.ArrayBufferView,
    ...rest: unknown[]
  ): number => {
    if (descriptor !== 1 && descriptor !== 2) return original(descriptor, data, ...rest);
    const stream = descriptor === 1 ? process.stdout : process.stderr;
    if (typeof data === "string") {
      stream.write(data);
      return Buffer.byteLength(data);
    }
    const [offset, length] = rest;
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const start = typeof offset === "number" ? offset : 0;
    const part = bytes.subarray(start, typeof length === "number" ? start + length : undefined);
    stream.write(part);
    return part.length;
  };
  fs.writeSync = capturing;
}

type Entry = "pipe" | number;

/** `stdio` with another entry where the kernel's own stdout or stderr would be inherited. */
function withoutInherited(
  stdio: SpawnOptions["stdio"],
  replace: (index: number, name: StreamName) => Entry,
): { stdio: SpawnOptions["stdio"]; inherited: Map<number, StreamName> } {
  const entries: unknown[] = Array.isArray(stdio) ? [...(stdio as unknown[])] : [stdio, stdio, stdio];
  const inherited = new Map<number, StreamName>();
  for (const index of [1, 2]) {
    const entry = entries[index];
    const isOut = entry === 1 || entry === process.stdout || (entry === "inherit" && index === 1);
    const isErr = entry === 2 || entry === process.stderr || (entry === "inherit" && index === 2);
    if (!isOut && !isErr) continue;
    const name = isOut ? "stdout" : "stderr";
    inherited.set(index, name);
    entries[index] = replace(index, name);
  }
  // A cell's child must not read what belongs to the kernel.
  if (entries[0] === "inherit" || entries[0] === 0) entries[0] = "ignore";
  return { stdio: entries as SpawnOptions["stdio"], inherited };
}
