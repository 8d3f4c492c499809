import process from 'node:process';

/** Calls `end` when standard input ends, which is when the parent process ends, or at a signal. */
export function endWithParent(end: () => void): void {
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
		process.on(signal, end);
	}

	for (const event of ['end', 'close', 'error']) {
		process.stdin.on(event, end);
	}

	process.stdin.resume();
	// The parent may have closed the pipe.
	process.stdout.on('error', () => {});
}

/** Writes the keeper's only message, one line of JSON. */
export function sayReady(message: object): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Writes a failure in place of the message, and exits with 1. */
export function sayFailure(error: unknown): void {
	sayReady({failure: error instanceof Error ? error.message : String(error)});
	process.stdout.end(() => process.exit(1));
}
