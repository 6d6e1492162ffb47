import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import {
  backend_util,
  DataStorage,
  engine,
  util,
  type BackendTimingInfo,
  type DataType,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { Kernel } from "./assembly/kernel-ids";
import type { Block, Heap } from "./heap";
import { HeapTensor, type Continuations, type NumericArray, type Values } from "./heap-tensor";
import { OffsetTables } from "./kernels/offset-tables";
import type { ThreadPool } from "./pool";

/**
 * The tfjs backend "simd". For tfjs' cpu kernels it is a cpu backend (they run on it unchanged); for the kernels
 * of this folder it gives addresses on the shared heap and a pool of threads.
 */
export class SimdBackend extends MathBackendCPU {
  private nextId = 0;
  /** What the matrix products' tiles read to find their numbers. */
  readonly tables = new OffsetTables(this);
  /** False while a function is timed: what it calls is computed in its time. */
  defers = true;

  constructor(
    readonly heap: Heap,
    readonly pool: ThreadPool,
  ) {
    super();
    this.data = new DataStorage(this, engine()) as unknown as MathBackendCPU["data"];
  }

  /** Memory for a result; its contents are whatever was there before. */
  output(shape: number[], dtype: DataType = "float32"): TensorInfo {
    const tensor = new HeapTensor(this.heap, this.pool, dtype, util.sizeFromShape(shape));
    tensor.block = this.allocate(tensor.bytes, shape);
    return { dataId: this.add(tensor), shape, dtype };
  }

  /** A tensor's numbers on the heap, for JavaScript to read or to write: all that is queued is done first. */
  numbers(tensor: TensorInfo): NumericArray {
    this.address(tensor);
    return this.tensor(tensor.dataId).values as NumericArray;
  }

  /** Where a tensor's numbers lie on the heap; moves them there first if need be. */
  address({ dataId, shape }: TensorInfo): number {
    const tensor = this.tensor(dataId);
    tensor.deferred?.settle();
    if (!tensor.block) tensor.placeAt(this.allocate(tensor.bytes, shape));
    return tensor.block!.address;
  }

  /** A result that `compute` makes of `inputs` when it is asked for, if ever. */
  defer(
    shape: number[],
    inputs: TensorInfo[],
    compute: (into: TensorInfo) => void,
    continuations: Continuations,
  ): TensorInfo {
    const tensor = new HeapTensor(this.heap, this.pool, "float32", util.sizeFromShape(shape));
    // What can never be held is refused where it is asked for, and not later.
    if (tensor.bytes > this.heap.maxBytes - this.heap.bytesInUse) throw this.exhausted(tensor.bytes, shape);
    const result: TensorInfo = { dataId: this.add(tensor), shape, dtype: "float32" };
    for (const { dataId } of inputs) this.incRef(dataId);
    const settle = () => {
      tensor.block = this.allocate(tensor.bytes, shape);
      tensor.deferred = undefined;
      compute(result);
      this.letGo(inputs);
    };
    tensor.deferred = { continuations, inputs, settle };
    return result;
  }

  /** How x is put off, if it is. */
  deferredOf({ dataId }: TensorInfo): Continuations | undefined {
    return this.tensor(dataId).deferred?.continuations;
  }

  /** Runs `use` with memory that is given back afterwards. `shape` is for the error, should there be none left. */
  withScratch<T>(floats: number, shape: number[], use: (address: number) => T): T {
    const block = this.allocate(floats * 4, shape);
    try {
      return use(block.address);
    } finally {
      this.heap.release(block);
    }
  }

  run(kernel: Kernel, chunks: number, ints: readonly number[], floats?: readonly number[]): void {
    this.pool.run(kernel, chunks, ints, floats);
  }

  /** The same data under another shape. */
  alias(x: TensorInfo, shape: number[]): TensorInfo {
    this.incRef(x.dataId);
    return { dataId: x.dataId, shape, dtype: x.dtype };
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    return this.add(this.fromOutside(values, shape, dtype));
  }

  override move(
    dataId: object,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const tensor = this.fromOutside(values, shape, dtype);
    tensor.refCount = refCount;
    this.data.set(dataId, tensor as never);
  }

  /** What tfjs' cpu kernels make results with. The array is theirs no longer, so it need not be copied. */
  override makeTensorInfo(shape: number[], dtype: DataType, values?: Values): TensorInfo {
    if (dtype === "string" && values && values.length > 0 && util.isString(values[0] as object)) {
      values = (values as string[]).map((text) => util.encodeString(text));
    }
    if (isView(values)) return { dataId: this.write(values, shape, dtype), shape, dtype };
    const tensor = new HeapTensor(this.heap, this.pool, dtype, util.sizeFromShape(shape));
    tensor.values = values;
    return { dataId: this.add(tensor), shape, dtype };
  }

  override readSync(dataId: object): backend_util.BackendValues {
    const { complexTensorInfos, dtype, values } = this.tensor(dataId);
    if (complexTensorInfos) return super.readSync(dataId);
    // A copy: the heap's memory is used again when the tensor is gone.
    if (isView(values)) return values.slice();
    return util.convertBackendValuesAndArrayBuffer(values as backend_util.BackendValues, dtype);
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const tensor = this.tensor(dataId);
    const gone = super.disposeData(dataId, force);
    if (!gone) return false;
    tensor.release();
    const { deferred } = tensor;
    tensor.deferred = undefined;
    if (deferred) this.letGo(deferred.inputs);
    return true;
  }

  override time(f: () => void): Promise<BackendTimingInfo> {
    this.pool.finish();
    this.defers = false;
    const start = util.now();
    try {
      f();
    } finally {
      this.defers = true;
    }
    this.pool.finish();
    return Promise.resolve({ kernelMs: util.now() - start });
  }

  override memory(): { unreliable: boolean; reasons: string[]; numBytesInHeap: number } {
    return { unreliable: false, reasons: [], numBytesInHeap: this.heap.bytesInUse };
  }

  override dispose(): void {
    void this.pool.close();
  }

  /** What a deferred result held on to; the engine may have disposed of it meanwhile. */
  private letGo(inputs: TensorInfo[]): void {
    for (const { dataId } of inputs) {
      if (this.disposeData(dataId)) engine().removeDataId(dataId, this);
    }
  }

  private tensor(dataId: object): HeapTensor {
    return this.data.get(dataId) as unknown as HeapTensor;
  }

  private add(tensor: HeapTensor): object {
    const dataId = { id: this.nextId++ };
    this.data.set(dataId, tensor as never);
    return dataId;
  }

  /** Copies what users (and other backends) pass in: they may go on using their array. */
  private fromOutside(
    values: backend_util.BackendValues | null,
    shape: number[],
    dtype: DataType,
  ): HeapTensor {
    const tensor = new HeapTensor(this.heap, this.pool, dtype, util.sizeFromShape(shape));
    if (dtype === "string" || dtype === "complex64" || !values) {
      tensor.values = values;
    } else {
      tensor.values = values;
      tensor.placeAt(this.allocate(tensor.bytes, shape));
    }
    return tensor;
  }

  /** @throws Error that names the shape and the heap's size where there is no memory left */
  allocate(bytes: number, shape: number[]): Block {
    const block = this.heap.allocate(bytes);
    if (block) return block;
    throw this.exhausted(bytes, shape);
  }

  private exhausted(bytes: number, shape: number[]): Error {
    const mebi = (size: number) => `${(size / 2 ** 20).toFixed(1)} MiB`;
    return new Error(
      `The simd backend has no memory for a tensor of shape [${shape.join(", ")}] (${mebi(bytes)}): its heap holds ` +
        `${mebi(this.heap.bytesInUse)} in use of at most ${mebi(this.heap.maxBytes)}. Dispose of tensors you no ` +
        `longer need, or make the batch smaller`,
    );
  }
}

function isView(values: unknown): values is NumericArray {
  return ArrayBuffer.isView(values) && values.buffer instanceof SharedArrayBuffer;
}
