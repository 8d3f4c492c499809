/** What was typed can't be done: one line for stderr, exit 64, before anything is polled. */
export class UsageError extends Error {}
