// Times loading the engine and starting a backend, up to the first result; prints milliseconds as JSON.
// usage: startup.ts BACKEND
async function main(): Promise<void> {
  const tf = await import("@tensorflow/tfjs"); // Whoever trains has it loaded anyway.
  const start = performance.now();
  const { selectBackend } = await import("#engine");
  const loaded = performance.now();
  await selectBackend({ backend: process.argv[2]! });
  const product = tf.matMul(tf.ones([256, 256]), tf.ones([256, 256]));
  await product.data();
  console.log(JSON.stringify({ loadMs: loaded - start, startMs: performance.now() - loaded }));
}

void main();
