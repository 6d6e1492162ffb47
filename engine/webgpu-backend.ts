import * as tf from "@tensorflow/tfjs-core";
import type { Readiness, ReadyOptions } from "./backend";
import { mayHaveGpu } from "./gpu-device-files";
import { messageOf, whyNotLoaded } from "./optional-package";

/** What this file uses of Dawn's Node package; its own types are ES modules, which this file is not. */
interface Dawn {
  create(flags: string[]): { requestAdapter(options: object): Promise<GpuAdapter | null> };
  globals: Record<string, unknown>;
}
interface GpuAdapter {
  features: Iterable<string>;
  limits: Record<string, number>;
  info: { vendor: string; architecture: string; description: string; isFallbackAdapter: boolean };
  requestDevice(descriptor: object): Promise<object>;
}
interface TfjsWebgpu {
  WebGPUBackend: new (device: object, info: object) => tf.KernelBackend;
}

/** As variables, so that type checking does not need the optional packages. */
const DAWN_PACKAGE: string = "webgpu";
const TFJS_PACKAGE: string = "@tensorflow/tfjs-backend-webgpu";

/** What tfjs's shaders need beyond WebGPU's guaranteed limits. */
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
];

/** Any vendor's GPU, through Dawn (npm `webgpu`) and tfjs's WebGPU backend. */
export async function makeWebgpuReady({ asked }: ReadyOptions): Promise<Readiness> {
  const remedy = "check the GPU's Vulkan, Metal or Direct3D 12 driver, or use the simd backend";
  if (!asked && !mayHaveGpu("any")) return { ready: false, reason: "no GPU on this machine", remedy };
  let dawn: Dawn;
  try {
    dawn = (await import(DAWN_PACKAGE)) as Dawn;
  } catch (error) {
    return whyNotLoaded(DAWN_PACKAGE, error);
  }
  const gpu = dawn.create([]);
  let adapter: GpuAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  } catch (error) {
    return { ready: false, reason: `WebGPU's search for a GPU failed: ${messageOf(error)}`, remedy };
  }
  if (!adapter) return { ready: false, reason: "WebGPU found no GPU adapter", remedy };

  provideGlobals(dawn, gpu);
  let tfjsWebgpu: TfjsWebgpu;
  try {
    tfjsWebgpu = (await import(TFJS_PACKAGE)) as TfjsWebgpu;
  } catch (error) {
    return whyNotLoaded(TFJS_PACKAGE, error);
  }
  // Its own registration asks for a feature in a way that Dawn refuses, and for whichever adapter comes first.
  if (tf.engine().registryFactory["webgpu"]) tf.removeBackend("webgpu");
  const found = adapter;
  tf.registerBackend("webgpu", async () => {
    const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, found.limits[name]]));
    const requiredFeatures = [...found.features].filter((feature) => feature === "timestamp-query");
    const device = await found.requestDevice({ requiredFeatures, requiredLimits });
    return new tfjsWebgpu.WebGPUBackend(device, found.info);
  });
  const { vendor, architecture, description } = found.info;
  const device = description || `${vendor} ${architecture}`.trim() || "unnamed GPU";
  const software =
    found.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp/i.test(device + architecture);
  return {
    ready: true,
    device: software ? `${device} (software)` : device,
    onGpu: !software,
    threads: 1,
    reason: "a GPU, through WebGPU",
    ...(software && { onlyIfAsked: `only a software adapter was found (${device}), slower than simd` }),
  };
}

/** tfjs's backend finds WebGPU where a browser has it. */
function provideGlobals(dawn: Dawn, gpu: object): void {
  for (const [name, value] of Object.entries(dawn.globals)) {
    if (!(name in globalThis))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  const navigator = (globalThis as { navigator?: object }).navigator ?? {};
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
}
