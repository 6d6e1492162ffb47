import {
  KernelConnection,
  KernelMessage,
  ServerConnection,
  SessionAPI,
  type Kernel,
} from "@jupyterlab/services";
import { basename } from "node:path";
import type { JupyterServer } from "./jupyter-server";
import { FailureError } from "./usage-error";

const startTimeoutMs = 60_000;

/** The kernel of one notebook on a Jupyter server. */
export class KernelSession {
  /** Rejects when the kernel dies, and never resolves. */
  readonly died: Promise<never>;

  private constructor(
    readonly connection: KernelConnection,
    readonly info: KernelMessage.IInfoReply,
    died: Promise<never>,
    private readonly close: () => Promise<void>,
  ) {
    this.died = died;
  }

  /**
   * Starts a kernel for a notebook, in the notebook's folder, and waits until it answers.
   *
   * @param server one that shows the notebook's folder
   * @throws FailureError when there is no such kernel, or it does not start
   */
  static async start(server: JupyterServer, notebook: string, kernelName: string): Promise<KernelSession> {
    quietenServices();
    const settings = ServerConnection.makeSettings({
      baseUrl: server.url,
      token: server.token,
      appendToken: true,
    });
    const path = basename(notebook);
    const session = await SessionAPI.startSession(
      { path, name: path, type: "notebook", kernel: { name: kernelName } },
      settings,
    ).catch(async (error: unknown) => {
      throw new FailureError(await whyNotStarted(kernelName, settings, error as Error));
    });
    if (session.kernel === null) throw new FailureError(`the server started no kernel for ${notebook}`);
    const connection = new KernelConnection({
      model: session.kernel,
      serverSettings: settings,
      handleComms: false,
    });
    const died = deathOf(connection, () => server.logTail());
    const close = async (): Promise<void> => {
      connection.dispose();
      await SessionAPI.shutdownSession(session.id, settings).catch(() => undefined); // a dead server has no sessions
    };
    try {
      const late = timeout(
        startTimeoutMs,
        () => `the kernel ${kernelName} did not answer for a minute.\n${advice}`,
      );
      const info = await Promise.race([connection.info, died, late.promise]).finally(late.cancel);
      if (info.status !== "ok") throw new FailureError(`the kernel ${kernelName} refused to tell what it is`);
      return new KernelSession(connection, info, died, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  execute(
    code: string,
    cellId: string,
  ): Kernel.IShellFuture<KernelMessage.IExecuteRequestMsg, KernelMessage.IExecuteReplyMsg> {
    return this.connection.requestExecute({ code, allow_stdin: false, stop_on_error: true }, false, {
      cellId,
    });
  }

  async interrupt(): Promise<void> {
    await this.connection.interrupt();
  }

  /** Ends the kernel. */
  async stop(): Promise<void> {
    await this.close();
  }
}

/**
 * The services are made for a page: they tell of each socket in the console, and reject promises that nobody can
 * reach when a connection ends, which would end a Node.js process.
 */
function quietenServices(): void {
  console.debug = () => undefined;
  const warn = console.warn;
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).startsWith("Connection lost, reconnecting")) warn(...words);
  };
  process.on("unhandledRejection", (reason) => {
    const message = reason instanceof Error ? reason.message : "";
    if (!/^(?:Canceled future for|Kernel connection disconnected|Kernel is dead)/.test(message)) throw reason;
  });
}

const advice = "  `npm run doctor` starts the kernel by itself and shows what it says.";

async function whyNotStarted(
  name: string,
  settings: ServerConnection.ISettings,
  error: Error,
): Promise<string> {
  const reply = await ServerConnection.makeRequest(
    new URL("api/kernelspecs", settings.baseUrl).href,
    {},
    settings,
  );
  const { kernelspecs } = (await reply.json()) as { kernelspecs: Record<string, unknown> };
  if (name in kernelspecs) return `the kernel ${name} did not start: ${error.message}\n${advice}`;
  return (
    `the notebook wants the kernel “${name}”, and Jupyter has only ${Object.keys(kernelspecs).join(", ")}. ` +
    "Run `npm run setup`, or choose another kernel in the notebook's metadata (kernelspec.name)."
  );
}

/** A promise that rejects when the server finds the kernel dead (it starts another then, which knows nothing). */
function deathOf(connection: KernelConnection, log: () => string): Promise<never> {
  const died = new Promise<never>((_resolve, reject) => {
    connection.statusChanged.connect((_sender, status) => {
      if (status !== "autorestarting" && status !== "dead") return;
      reject(
        new FailureError(
          "the kernel died, and with it the notebook's variables. Often that is a lack of memory (lower the batch " +
            "size) or a call of process.exit().\n  The end of the server's log, with what the kernel said last:\n" +
            log(),
        ),
      );
    });
  });
  died.catch(() => undefined); // whoever waits for it gets it; nobody may be waiting
  return died;
}

/** A promise that rejects after some time. */
export function timeout(ms: number, message: () => string): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new FailureError(message())), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
