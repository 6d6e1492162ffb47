/** Tensors by name, as a safetensors file holds them: float32 values and a shape. */
export type NamedValues = Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/**
 * Writes the safetensors format: the header's length in 8 bytes, the header as JSON, then the values. PyTorch's
 * `safetensors.torch.load_file` reads it (source: the format's own README).
 */
export function encodeSafetensors(tensors: NamedValues, metadata: Record<string, string> = {}): Buffer {
  let offset = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    const entry = { dtype: "F32", shape, data_offsets: [offset, (offset += values.byteLength)] };
    return [name, entry] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  // The values begin at a multiple of 8 bytes: the header is filled up with spaces.
  const header = Buffer.from(
    json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 + json.length - Buffer.byteLength(json)),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const parts = [...tensors.values()].map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, header, ...parts]);
}

/**
 * Reads what {@link encodeSafetensors} writes.
 *
 * @param name what to call the file in an error
 * @throws RangeError if the file is cut short, is no safetensors file, or holds other types than float32
 */
export function decodeSafetensors(
  bytes: Buffer,
  name: string,
): { tensors: NamedValues; metadata: Record<string, string> } {
  const fail = (what: string): never => {
    throw new RangeError(`${name}: not a whole safetensors file of float32 values: ${what}`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes`);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  if (start > bytes.length) fail(`its header alone has ${start} bytes, the file ${bytes.length}`);
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<string, unknown>;
  } catch {
    fail("the header is no JSON");
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: NamedValues = new Map();
  for (const [key, value] of Object.entries(entries)) {
    const { dtype, shape, data_offsets } = value as {
      dtype: string;
      shape: number[];
      data_offsets: [number, number];
    };
    const [from, to] = [start + data_offsets[0], start + data_offsets[1]];
    if (dtype !== "F32") fail(`${key} has dtype ${dtype}`);
    if (to > bytes.length) fail(`${key} ends at byte ${to}, the file has ${bytes.length}`);
    // Copied, so that the values are aligned whatever the header's length.
    tensors.set(key, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(from, to)).buffer) });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}
