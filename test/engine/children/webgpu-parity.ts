// Run by ../webgpu.test.ts in a process of its own, as the Vulkan driver is chosen when a process starts.
import { describeParity } from "../../golden/parity";

// The argument says how many of the five steps.
describeParity("webgpu", Number(process.argv[2]));
