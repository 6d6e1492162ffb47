/**
 * Tests of tfjs-core that its cpu backend passes and `simd` does not: the test's full name, and why.
 * At most 1 % of all; one that passes after all must leave this list.
 */
export const EXCEPTIONS: Record<string, string> = {};
