import { describeParity } from "../golden/parity";

describeParity("simd", 5);
describeParity("wasm", 5);
// tfjs's plain JavaScript takes 18 s a step: one shows that the library's mathematics is right.
describeParity("cpu", 1);
