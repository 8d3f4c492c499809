import process from 'node:process';

/** Calls `end` when this process' standard input ends, which is when its parent does, or when it is told to. */
export function endWithParent(end: () => void): void {
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
		process.on(signal, end);
	}

	for (const event of ['end', 'close', 'error']) {
		process.stdin.on(event, end);
	}

	process.stdin.resume();
	// Nobody may read the line any more.
	process.stdout.on('error', () => {});
}

/** One line, the only one. */
export function sayReady(message: object): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** One line in its place, and the end. */
export function sayFailure(error: unknown): void {
	sayReady({failure: error instanceof Error ? error.message : String(error)});
	process.stdout.end(() => process.exit(1));
}
