import type { Json } from "./wire";

interface Entry {
  readonly line: number;
  readonly input: string;
  output?: unknown;
}

/** The inputs of this session (its number is 0) and their results. */
export class History {
  private readonly entries: Entry[] = [];

  add(line: number, input: string): void {
    this.entries.push({ line, input });
  }

  setOutput(line: number, output: unknown): void {
    const entry = this.entries.at(-1);
    if (entry?.line === line) entry.output = output;
  }

  /** The content of history_reply for a history_request's content. */
  reply(request: Json): Json {
    const limit = typeof request.n === "number" && request.n >= 0 ? request.n : undefined;
    let found = this.entries;
    if (request.hist_access_type === "range") {
      const start = numberOr(request.start, 0);
      const stop = numberOr(request.stop, Infinity);
      const isThisSession = numberOr(request.session, 0) === 0;
      found = isThisSession ? found.filter(({ line }) => line >= start && line < stop) : [];
    } else {
      if (request.hist_access_type === "search") {
        const matches = glob(typeof request.pattern === "string" ? request.pattern : "*");
        found = found.filter(({ input }) => matches.test(input));
        if (request.unique === true)
          found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
      }
      if (limit !== undefined) found = limit === 0 ? [] : found.slice(-limit);
    }
    const history = found.map(({ line, input, output }) => [
      0,
      line,
      request.output === true ? [input, output ?? null] : input,
    ]);
    return { status: "ok", history };
  }
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

/** `*` and `?`, as in file names, over the whole input. */
function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s");
}
