// Runs tfjs-core's own published tests against one backend; prints one JSON line a test: { name, status, errors }.
// usage: tfjs-ops.ts BACKEND PART_OF PARTS
import Module, { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const [backendName, part, parts] = [
  process.argv[2]!,
  Number(process.argv[3] ?? 0),
  Number(process.argv[4] ?? 1),
];
const require_ = createRequire(__filename);
const dist = join(dirname(require_.resolve("@tensorflow/tfjs-core/package.json")), "dist");

// The tests import tfjs-core's modules one by one, not its bundle. Whatever else asks for tfjs-core must get the same
// modules, and so must tfjs's cpu backend, which extends their classes.
const resolver = Module as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
const resolveFilename = resolver._resolveFilename.bind(Module);
resolver._resolveFilename = (request, ...rest) =>
  /^@tensorflow\/tfjs-(core|backend-cpu)$/.test(request)
    ? resolveFilename(`${request}/dist/index.js`, ...rest)
    : resolveFilename(request, ...rest);

interface Result {
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}
interface Jasmine {
  env: { execute(): Promise<unknown>; addReporter(reporter: object): void; configure(options: object): void };
  interface: object;
}

async function main(): Promise<void> {
  const jasmineRequire = require_("jasmine-core/lib/jasmine-core/jasmine.js") as {
    core(self: unknown): { getEnv(): Jasmine["env"] };
    interface(jasmine: unknown, env: unknown): object;
  };
  const jasmine = jasmineRequire.core(jasmineRequire);
  const env = jasmine.getEnv();
  Object.assign(globalThis, jasmineRequire.interface(jasmine, env));
  env.configure({ random: false });

  require_(join(dist, "index.js"));
  require_(join(dist, "public/chained_ops/register_all_chained_ops.js"));
  require_(join(dist, "register_all_gradients.js"));
  const { selectBackend } = await import("#engine");
  await selectBackend({ backend: backendName });

  const { setTestEnvs } = require_(join(dist, "jasmine_util.js")) as {
    setTestEnvs: (envs: object[]) => void;
  };
  setTestEnvs([{ name: "tfjs", backendName, isDataSync: true }]);

  const files = ["ops", "optimizers", "."]
    .flatMap((folder) =>
      readdirSync(join(dist, folder), { recursive: folder !== "." })
        .map((name) => join(dist, folder, String(name)))
        .filter((path) => path.endsWith("_test.js")),
    )
    .filter(
      (path) =>
        !/(browser|environment|flags|platform|version|jasmine_util|device_util)\w*_test\.js$/.test(path),
    )
    .sort();
  files.forEach((file, i) => {
    if (i % parts === part) require_(file);
  });

  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  env.addReporter({
    specDone({ fullName, status, failedExpectations }: Result) {
      say({ name: fullName, status, errors: failedExpectations.map(({ message }) => message) });
    },
  });
  await env.execute();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
