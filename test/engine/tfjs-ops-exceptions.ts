/**
 * Tests of tfjs-core that its cpu backend passes and `simd` does not: the test's full name, and why.
 * At most 1 % of all; one that passes after all must leave this list.
 */
export const EXCEPTIONS: Record<string, string> = {
  "Switching cpu backends tfjs {} Move data from cpu1 to cpu2 backend":
    "tfjs-core runs it only where the backend under test is named cpu",
  "Switching cpu backends tfjs {} can execute op with data from mixed backends":
    "tfjs-core runs it only where the backend under test is named cpu",
};
