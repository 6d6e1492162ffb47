import { heapInfo, selectBackend } from "#engine";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GAN } from "../../lib/gan";
import { MNISTDataModule } from "../../lib/mnist";
import { Trainer } from "../../lib/trainer";
import { runChild, type ChildResult } from "./run-child";

/** Draws nothing after an epoch. */
class QuietGAN extends GAN {
  override onTrainEpochEnd(): Promise<void> {
    return Promise.resolve();
  }
}

function answer<T>({ code, signal, stdout, stderr }: ChildResult): T {
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stdout + stderr);
  return JSON.parse(stdout) as T;
}

interface Selected {
  choice: { name: string; threads: number; reason: string; tried: { name: string; reason: string }[] };
  lines: string[];
  sum: number;
  gpus: number;
  current: string;
  error?: string;
  message?: string;
}

const select = async (env: NodeJS.ProcessEnv) => answer<Selected>(await runChild("select.ts", { env }));

describe("selecting a backend", () => {
  it("says why each one before it did not serve, and lets the process end", async () => {
    const { choice, lines, sum, current } = await select({ TSLAB_GAN_BACKEND: "" });
    assert.equal(current, choice.name);
    assert.equal(lines.length, choice.tried.length + 1);
    for (const { reason } of choice.tried) assert.match(reason, /\w+ \w+/);
    assert.equal(sum, 300 * 300 * 200);
  });

  for (const name of ["simd", "wasm", "cpu"]) {
    it(`uses ${name} when TSLAB_GAN_BACKEND asks for it, and no GPU then`, async () => {
      const { choice, sum, gpus } = await select({ TSLAB_GAN_BACKEND: name });
      assert.equal(choice.name, name);
      assert.match(choice.reason, /TSLAB_GAN_BACKEND/);
      assert.equal(sum, 300 * 300 * 200);
      assert.equal(gpus, 0);
    });
  }

  it("names an unknown backend and the possible ones", async () => {
    const { error, message } = await select({ TSLAB_GAN_BACKEND: "turbo" });
    assert.equal(error, "RangeError");
    assert.match(message!, /TSLAB_GAN_BACKEND is "turbo".*tensorflow, webgpu, simd, wasm, cpu/);
    await assert.rejects(selectBackend({ backend: "" }), /option backend is "".*tensorflow, webgpu/);
  });

  it("says why a demanded backend is missing, and what to do", async (t) => {
    const { choice, message } = await select({ TSLAB_GAN_BACKEND: "tensorflow" });
    if (choice) return t.skip("tfjs-node-gpu is installed here");
    assert.match(
      message!,
      /"tensorflow" \(TSLAB_GAN_BACKEND\) cannot be used: .*tfjs-node-gpu.*What to do: npm/,
    );
  });

  it("refuses a GPU that is not there, and numbers of GPUs that are none", async (t) => {
    await assert.rejects(selectBackend({ gpus: -1 }), /gpus is -1/);
    await assert.rejects(selectBackend({ gpus: 0.5 }), /gpus is 0.5/);
    const { gpus } = await select({ TSLAB_GAN_BACKEND: "" });
    if (gpus > 0) return t.skip("there is a GPU here");
    await assert.rejects(
      selectBackend({ gpus: 1 }),
      /gpus is 1, but no GPU serves \(tensorflow: .*; webgpu: .*gpus: 0/,
    );
  });

  it("keeps to the CPU with gpus: 0", async () => {
    const { name } = await selectBackend({ gpus: 0 });
    assert.ok(["simd", "wasm", "cpu"].includes(name), name);
  });

  it("refuses numbers of threads that are none", async () => {
    const refuse = async (threads: string) => {
      const { error, message } = await select({ TSLAB_GAN_BACKEND: "simd", TSLAB_GAN_THREADS: threads });
      assert.equal(error, "RangeError");
      assert.match(message!, new RegExp(`TSLAB_GAN_THREADS is "${threads}".*whole number`));
    };
    await Promise.all(["0", "-1", "1.5", "two", "1000"].map(refuse));
  });
});

describe("the simd backend in trouble", () => {
  it("names the shape and the heap's size when memory is exhausted, and goes on", async () => {
    await selectBackend({ backend: "simd" });
    const [column, row] = [tf.ones([60_000, 1]), tf.ones([1, 60_000])];
    const before = { ...tf.memory(), heap: heapInfo()!.bytesInUse };
    assert.throws(() => tf.tidy(() => tf.matMul(column, row)), /shape \[60000, 60000\].*heap.*4096\.0 MiB/);
    assert.deepEqual({ ...tf.memory(), heap: heapInfo()!.bytesInUse }, before);
    const sum = tf.tidy(() => tf.sum(tf.matMul(row, column)));
    assert.equal((await sum.data())[0], 60_000);
    tf.dispose([column, row, sum]);
  });

  it("gives all memory back: the heap does not grow over many steps", async () => {
    await selectBackend({ backend: "simd" });
    const step = () =>
      tf.tidy(
        () =>
          void tf
            .conv2d(tf.ones<tf.Rank.R4>([8, 28, 28, 3]), tf.ones<tf.Rank.R4>([5, 5, 3, 7]), 1, "same")
            .relu(),
      );
    for (let i = 0; i < 5; i++) step();
    const before = heapInfo()!;
    for (let i = 0; i < 200; i++) step();
    assert.deepEqual(heapInfo(), before);
  });

  for (const state of ["idle", "working"]) {
    it(`reports threads that die while ${state}, and computes on without them`, async () => {
      interface Report {
        threads: number;
        killed: number;
        errors: string[];
        wrong: number[];
        warnings: string[];
      }
      const { killed, errors, wrong, warnings } = answer<Report>(
        await runChild("worker-dies.ts", { args: [state], timeout: 60_000 }),
      );
      assert.equal(killed, 2);
      assert.deepEqual(wrong, [], "a wrong result");
      if (state === "idle") assert.deepEqual(errors, []);
      assert.ok(errors.length <= 1, errors.join("\n"));
      assert.match([...errors, ...warnings].join("\n"), /thread \d.* of the simd backend/);
    });
  }

  it("leaves the event loop alive: timers fire between the batches of a training", async () => {
    await selectBackend({ backend: "simd" });
    const trainer = new Trainer({ maxEpochs: 1, limitTrainBatches: 8, enableProgressBar: false });
    const fired = new Set<number>();
    const timer = setInterval(() => fired.add(trainer.batchIdx), 1);
    await trainer.fit(new QuietGAN(), new MNISTDataModule({ batchSize: 64 }));
    clearInterval(timer);
    assert.ok(fired.size >= 6, `timers fired during batches ${[...fired].join(", ")} only`);
  });

  it("sleeps when it has nothing to do", async () => {
    await selectBackend({ backend: "simd" });
    tf.tidy(() => tf.matMul(tf.ones([500, 500]), tf.ones([500, 500])).dataSync());
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { user, system } = process.cpuUsage(before);
    // One thread that spins would use 1,000 ms.
    assert.ok(user + system < 400_000, `${(user + system) / 1000} ms of processor time in an idle second`);
  });
});
