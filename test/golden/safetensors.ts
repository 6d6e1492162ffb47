import { readFileSync } from "node:fs";

export interface StoredTensor {
  shape: number[];
  values: Float32Array | Int32Array;
}

/** Reads a file in Hugging Face's safetensors format: a length, a JSON header, then the raw little-endian values. */
export function readSafetensors(path: string): Map<string, StoredTensor> {
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = entry;
    // Copied, as typed arrays need aligned offsets.
    const bytes = Uint8Array.from(
      file.subarray(8 + headerLength + offsets[0], 8 + headerLength + offsets[1]),
    );
    if (dtype === "F32") tensors.set(name, { shape, values: new Float32Array(bytes.buffer) });
    else if (dtype === "I32") tensors.set(name, { shape, values: new Int32Array(bytes.buffer) });
    else throw new TypeError(`${path}: ${name} has dtype ${dtype}; this reader knows F32 and I32`);
  }
  return tensors;
}
