/** One IDX file's content: `data` holds the product of `shape` unsigned bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST: 0, 0, 8, the number of dimensions, each dimension
 * as a big-endian 32-bit number, then the bytes (source: the MNIST data base's own page).
 *
 * @param bytes the whole file, uncompressed
 * @param name what to call the file in an error
 * @param rank how many dimensions it must have: 3 for images, 1 for labels
 * @throws RangeError if it is not such a file, or shorter or longer than its header says
 * @example const { shape, data } = parseIdx(bytes, "train-images-idx3-ubyte", 3); // shape [60000, 28, 28]
 */
export function parseIdx(bytes: Uint8Array, name: string, rank: number): IdxArray {
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new RangeError(
      `${name}: not an IDX file: ${bytes.length} bytes, its header alone has ${header}. ${DELETE}`,
    );
  }
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || bytes[3] !== rank) {
    const magic = Buffer.from(bytes.subarray(0, 4)).toString("hex");
    throw new RangeError(
      `${name}: not an IDX file of bytes in ${rank} dimensions: it begins with ${magic}, not 0000080${rank}. ${DELETE}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (bytes.length !== header + size) {
    throw new RangeError(
      `${name}: the header announces [${shape.join(", ")}], that is ${header + size} bytes, the file has ${bytes.length}. ${DELETE}`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

const DELETE = "Delete the file and run prepareData again.";
