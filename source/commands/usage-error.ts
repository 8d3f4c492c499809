/** A wrong command line, found before polling: one line for stderr, exit code 64. */
export class UsageError extends Error {}
