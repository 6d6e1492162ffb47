import { install, uninstall, userDataFolder } from "./install";
import { parseOptions } from "./options";
import { resolve } from "node:path";
import { userFolder } from "./paths";

const help = `Usage: npm run kernel:install [-- options]

Offers the kernel “TypeScript (tslab-gan)” in all of the user's Jupyters; \`npm start\` does not need it.

  --prefix DIR   install into DIR/share/jupyter (an environment's folder, say) instead of the user's folder
  --replace      replace another kernel of the same name (tslab's own, say)
  --uninstall    remove it again
  --help         show this text`;

export function main(args: string[]): Promise<number> {
  const { values } = parseOptions(
    {
      args,
      options: {
        prefix: { type: "string" },
        replace: { type: "boolean" },
        uninstall: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    },
    help,
  );
  if (values.help === true) {
    console.log(help);
    return Promise.resolve(0);
  }
  const data =
    values.prefix === undefined ? userDataFolder() : resolve(userFolder(), values.prefix, "share", "jupyter");
  console.log(
    values.uninstall === true ? uninstall(data) : install(data, { replace: values.replace === true }),
  );
  return Promise.resolve(0);
}
