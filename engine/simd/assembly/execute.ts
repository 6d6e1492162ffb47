// From a job's number to what does it.
import { Kernel } from "./kernel-ids";
import { adam } from "./adam";
import { binary, compare } from "./binary";
import { unary } from "./elementwise";
import { cast, fill, write } from "./conversions";
import { padImage, shiftAdd } from "./images";
import { choose, copy, logic } from "./layouts";
import { argMax, batchNorm, softmax } from "./normalization";
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from "./pooling";
import { outer, pack, rows, sumParts } from "./products";
import { reduceColumns, reduceRows } from "./reductions";

export function execute(kernel: i32, params: usize, chunk: i32): void {
  switch (kernel) {
    case Kernel.Rows: return rows(params, chunk);
    case Kernel.Outer: return outer(params, chunk);
    case Kernel.SumParts: return sumParts(params, chunk);
    case Kernel.Pack: return pack(params, chunk);
    case Kernel.Pad: return padImage(params, chunk);
    case Kernel.ShiftAdd: return shiftAdd(params, chunk);
    case Kernel.Unary: return unary(params, chunk);
    case Kernel.Binary: return binary(params, chunk);
    case Kernel.Compare: return compare(params, chunk);
    case Kernel.MaxPool: return maxPool(params, chunk);
    case Kernel.MaxPoolGrad: return maxPoolGrad(params, chunk);
    case Kernel.AvgPool: return avgPool(params, chunk);
    case Kernel.AvgPoolGrad: return avgPoolGrad(params, chunk);
    case Kernel.ReduceRows: return reduceRows(params, chunk);
    case Kernel.ReduceColumns: return reduceColumns(params, chunk);
    case Kernel.Cast: return cast(params, chunk);
    case Kernel.Fill: return fill(params, chunk);
    case Kernel.Copy: return copy(params, chunk);
    case Kernel.Choose: return choose(params, chunk);
    case Kernel.Logic: return logic(params, chunk);
    case Kernel.Softmax: return softmax(params, chunk);
    case Kernel.ArgMax: return argMax(params, chunk);
    case Kernel.BatchNorm: return batchNorm(params, chunk);
    case Kernel.Adam: return adam(params, chunk);
    case Kernel.Write: return write(params);
    default: unreachable();
  }
}
