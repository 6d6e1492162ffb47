import { openLab } from "./lab";
import { parseOptions, positiveNumber } from "./options";

const help = `Usage: npm start [-- options]

Opens the tutorial in Jupyter. Ctrl-C stops the server and its kernels.

  --port N       the server's port (default: 8888, or the next free one)
  --ip ADDRESS   the address to listen on (default: 127.0.0.1; 0.0.0.0 for other machines)
  --no-browser   only print the address
  --help         show this text`;

export async function main(args: string[]): Promise<number> {
  const { values } = parseOptions(
    {
      args,
      options: {
        port: { type: "string" },
        ip: { type: "string" },
        "no-browser": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    },
    help,
  );
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  return openLab({
    port: positiveNumber("--port", values.port) ?? 8888,
    ip: values.ip ?? "127.0.0.1",
    browser: values["no-browser"] !== true,
  });
}
