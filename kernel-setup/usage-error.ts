/** The user asked for something that cannot be: the message alone is shown, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that was asked for failed, and the message says all that there is to know: exit code 1. */
export class FailureError extends Error {
  override readonly name = "FailureError";
}
