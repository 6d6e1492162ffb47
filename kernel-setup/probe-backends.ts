// Tells as JSON which backend the engine picks. A process of its own: a broken GPU driver can take one down.
interface Engine {
  readonly selectBackend: (options: { log: (line: string) => void }) => Promise<unknown>;
}

async function probe(): Promise<void> {
  const engine: string = "#engine"; // not a literal: this room is built without the engine's types
  const { selectBackend } = (await import(engine)) as Engine;
  const choice = await selectBackend({ log: () => undefined });
  process.stdout.write(`\n${JSON.stringify(choice)}\n`, () => process.exit(0));
}

probe().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
});
