import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";
import type { Block, Heap } from "./heap";
import type { ThreadPool } from "./pool";

export type NumericArray = Float32Array | Int32Array | Uint8Array;
/** What tfjs' cpu kernels leave as a tensor's values: typed arrays, plain ones, encoded strings. */
export type Values = NumericArray | Uint8ClampedArray | number[] | Uint8Array[] | string[];

/** How to go on from a result that is put off, without computing it; undefined where that cannot be. */
export interface Continuations {
  plus: ((bias: TensorInfo, shape: number[]) => TensorInfo | undefined) | undefined;
  relu: (shape: number[]) => TensorInfo;
  reluGrad: ((y: TensorInfo) => TensorInfo) | undefined;
}

/** A result that is put off until it is asked for, if ever; see kernels/deferred.ts. */
export interface Deferred {
  continuations: Continuations;
  /** What it is computed from: kept alive. */
  inputs: TensorInfo[];
  /** Computes it now. */
  settle(): void;
}

/**
 * A tensor's data. It lives on the shared heap once a kernel of ours has made or asked for it; results of tfjs'
 * own cpu kernels stay JavaScript arrays until then. Either way `values` is what those kernels expect.
 */
export class HeapTensor {
  refCount = 1;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  block: Block | undefined;
  deferred: Deferred | undefined;
  private array: Values | undefined;

  constructor(
    private readonly heap: Heap,
    private readonly pool: ThreadPool,
    readonly dtype: DataType,
    private readonly length: number,
  ) {}

  get values(): Values {
    this.deferred?.settle();
    if (this.block) {
      this.pool.finish();
      this.array ??= new (arrayOf(this.dtype))(this.heap.memory.buffer, this.block.address, this.length);
    }
    return this.array as Values;
  }

  set values(values: Values | null | undefined) {
    this.array = values ?? undefined;
  }

  get bytes(): number {
    return this.length * bytesPerElement(this.dtype);
  }

  /** Forgets the JavaScript array: from now on the data is the block's. */
  placeAt(block: Block): void {
    const before = this.array;
    this.block = block;
    this.array = undefined;
    if (before === undefined) return;
    const Numbers = arrayOf(this.dtype);
    const { buffer, byteOffset, byteLength } =
      before instanceof Numbers ? before : Numbers.from(before as ArrayLike<number>);
    this.pool.write(block.address, new Uint8Array(buffer, byteOffset, byteLength));
  }

  release(): void {
    if (this.block) this.heap.release(this.block);
    this.block = undefined;
    this.array = undefined;
  }
}

export function bytesPerElement(dtype: DataType): number {
  return dtype === "bool" ? 1 : 4;
}

function arrayOf(dtype: DataType): Float32ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor {
  if (dtype === "float32") return Float32Array;
  return dtype === "int32" ? Int32Array : Uint8Array;
}
