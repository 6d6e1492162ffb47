/** The times of `count` steps, in ms. */
export async function timesOf(step: () => Promise<void>, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await step();
    times.push(performance.now() - began);
  }
  return times;
}

/** Nanoseconds an iteration of a loop that does next to nothing: the worst case for a guard in it. */
export function spin(): number[] {
  const iterations = 20_000_000;
  const times: number[] = [];
  for (let repetition = 0; repetition < 5; repetition++) {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum = (sum + i) | 0;
    if (sum === 0.5) throw new Error("never: it keeps the loop from being removed");
    times.push(((performance.now() - began) * 1e6) / iterations);
  }
  return times;
}
