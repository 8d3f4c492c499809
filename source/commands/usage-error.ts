/**
A mistake in the command line that a command finds before it polls. Its message is one line for stderr; the exit code is
64.
*/
export class UsageError extends Error {}
