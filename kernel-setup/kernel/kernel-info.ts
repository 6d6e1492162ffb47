import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROTOCOL_VERSION, type Json } from "./wire";

function packageVersion(file: string): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function ownVersion(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return packageVersion(join(folder, "package.json"));
    } catch {
      // Not in this folder: look further up.
    }
  }
  return "0.0.0";
}

/** The versions of what runs the cells. TypeScript's is read without loading the compiler. */
export const versions = {
  kernel: ownVersion(),
  typescript: packageVersion(require.resolve("typescript/package.json")),
  node: process.version,
} as const;

/** The content of kernel_info_reply. */
export function kernelInfo(): Json {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "tslab-gan",
    implementation_version: versions.kernel,
    language_info: {
      name: "typescript",
      version: versions.typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${versions.typescript} on Node.js ${versions.node} (tslab-gan ${versions.kernel})`,
    debugger: false,
    supported_features: [],
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/intro.html" },
      { text: "Node.js API", url: "https://nodejs.org/api/" },
    ],
  };
}
