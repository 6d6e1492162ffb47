import { inspect } from "node:util";
import { isTensor, viewTensor } from "./tensor-view";
import type { Json } from "./wire";

/** Deno's convention: a value with this method says how it looks in a notebook. */
const RICH = Symbol.for("Jupyter.display");

/** A MIME bundle, and what its output's metadata says. */
export type MimeBundle = Json;

/** Is `value` a bundle, that is an object whose keys are all MIME types? */
export function isBundle(value: unknown): value is MimeBundle {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[\w.+-]+\/[\w.+;=-]+$/.test(key));
}

/** Has `value` a rich form, so that showing it may take time? */
export function isRich(value: unknown): boolean {
  return hasRichForm(value) || isTensor(value);
}

/** The MIME bundle that shows `value`: its own one if it has one. Falls back to text when making it fails. */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  try {
    const rich = hasRichForm(value) ? value[RICH] : undefined;
    if (typeof rich === "function") {
      const bundle: unknown = await (rich as () => unknown).call(value);
      if (typeof bundle === "object" && bundle !== null) return encodeBundle(bundle as MimeBundle);
    } else if (isTensor(value)) return { "text/plain": await viewTensor(value) };
  } catch (error) {
    const { "text/plain": text } = plainBundle(value);
    return { "text/plain": `${String(text)}\n(its rich form failed: ${String(error)})` };
  }
  return plainBundle(value);
}

function hasRichForm(value: unknown): value is Record<symbol, unknown> {
  return value !== null && (typeof value === "object" || typeof value === "function") && RICH in value;
}

export function plainBundle(value: unknown): MimeBundle {
  return { "text/plain": inspect(value) };
}

/** Bytes become base64, as the protocol wants them. */
export function encodeBundle(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, data]) => [
      type,
      data instanceof Uint8Array
        ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")
        : data,
    ]),
  );
}
