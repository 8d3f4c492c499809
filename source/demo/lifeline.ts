import process from 'node:process';

/** Calls `end` at a signal, or when standard input ends. Standard input ends when the parent process ends. */
export function endWithParent(end: () => void): void {
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
		process.on(signal, end);
	}

	for (const event of ['end', 'close', 'error']) {
		process.stdin.on(event, end);
	}

	process.stdin.resume();
	// A write to stdout fails if the parent process has closed the pipe. The error is ignored.
	process.stdout.on('error', () => {});
}

/** Writes a keeper's message to stdout, as one line of JSON. The first message says that the servers are ready. */
export function sayReady(message: object): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Writes a failure instead of the message that the servers are ready, and exits with 1. */
export function sayFailure(error: unknown): void {
	sayReady({failure: error instanceof Error ? error.message : String(error)});
	process.stdout.end(() => process.exit(1));
}
