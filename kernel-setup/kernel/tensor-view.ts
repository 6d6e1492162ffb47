/** What this file needs of a TensorFlow.js tensor; recognised by its shape, so that TensorFlow.js is not loaded. */
interface TensorLike {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly isDisposed: boolean;
  data(): Promise<ArrayLike<unknown>>;
}

/** Values at each end of an axis that is too long to be shown, and how long that is. */
const EDGE = 3;
const LONGEST = 8;
/** Larger tensors are not fetched from their device only to be shown. */
const LARGEST = 4_000_000;

export function isTensor(value: unknown): value is TensorLike {
  if (typeof value !== "object" || value === null) return false;
  const tensor = value as Record<string, unknown>;
  return (
    "dataId" in tensor &&
    Array.isArray(tensor.shape) &&
    typeof tensor.dtype === "string" &&
    typeof tensor.size === "number" &&
    typeof tensor.data === "function"
  );
}

/** dtype, shape and a short view of the values, as NumPy prints them. */
export async function viewTensor(tensor: TensorLike): Promise<string> {
  const title = `Tensor ${tensor.dtype} [${tensor.shape.join(", ")}]`;
  if (tensor.isDisposed) return `${title} (disposed)`;
  if (tensor.size > LARGEST) return `${title} (${tensor.size} values)`;
  const values = await tensor.data();
  const width = tensor.dtype === "complex64" ? 2 : 1;
  const format = (index: number): string =>
    width === 2
      ? `${formatNumber(values[2 * index])}+${formatNumber(values[2 * index + 1])}i`
      : formatValue(values[index], tensor.dtype);
  return `${title}\n${viewAxis(tensor.shape, 0, 0, format)}`;
}

function viewAxis(
  shape: readonly number[],
  axis: number,
  offset: number,
  format: (index: number) => string,
): string {
  const length = shape[axis];
  if (length === undefined) return format(offset);
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const isShort = length <= LONGEST;
  const shown = [...Array(length).keys()].filter((i) => isShort || i < EDGE || i >= length - EDGE);
  const parts = shown.map((i) => viewAxis(shape, axis + 1, offset + i * stride, format));
  if (!isShort) parts.splice(EDGE, 0, "…");
  const isInnermost = axis === shape.length - 1;
  return `[${parts.join(isInnermost ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
}

function formatValue(value: unknown, dtype: string): string {
  if (dtype === "string") return JSON.stringify(value);
  if (dtype === "bool") return value ? "true" : "false";
  return formatNumber(value);
}

function formatNumber(value: unknown): string {
  const number = Number(value);
  return Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(4)));
}
