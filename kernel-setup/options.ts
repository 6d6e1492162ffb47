import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./usage-error";

/**
 * Parses a command's arguments.
 *
 * @param help the command's help text, shown after an error
 * @throws UsageError for an option that is unknown, lacks its value, or an argument where none is taken
 */
export function parseOptions<T extends ParseArgsConfig>(
  config: T,
  help: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // What follows the first sentence tells how to give a file of such a name.
    throw new UsageError(`${(error as Error).message.split(". ")[0]}\n\n${help}`);
  }
}

/** @throws UsageError when the text is no number above zero */
export function positiveNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0) || text.trim() === "")
    throw new UsageError(`${option} takes a number above 0, and got “${text}”.`);
  return value;
}
