import { availableParallelism } from "node:os";

const MOST_BY_DEFAULT = 8;

/**
 * How many threads compute: as asked, else as TSLAB_GAN_THREADS says, else the machine's cores, at most 8.
 *
 * @throws RangeError if what was asked for is not a whole number from 1 to 64
 */
export function chooseThreads(asked?: number): number {
  const variable = process.env["TSLAB_GAN_THREADS"];
  if (asked !== undefined) return checked(asked, "the option threads", String(asked));
  if (variable) return checked(Number(variable), "TSLAB_GAN_THREADS", variable);
  return Math.min(availableParallelism(), MOST_BY_DEFAULT);
}

function checked(count: number, name: string, given: string): number {
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new RangeError(`simd backend: ${name} is "${given}"; give a whole number from 1 to 64`);
}
