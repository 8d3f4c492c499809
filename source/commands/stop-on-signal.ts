import process from 'node:process';
import {exitCodes, signalExitCodes} from '../domain/exit-codes.js';

/** How a command without a screen ends. */
export type HeadlessEnd = {
	/** Aborts when the command should end: after a signal, or when the reader closes the pipe. */
	readonly signal: AbortSignal;
	readonly stop: (exitCode: number) => void;
	readonly exitCode: () => number;
};

/** Ends a command without a screen after a signal, or when the reader closes the pipe. A closed pipe is no error. */
export function stopOnSignal(): HeadlessEnd {
	const end = new AbortController();
	let exitCode: number = exitCodes.ok;
	const stop = (code: number) => {
		exitCode = code;
		end.abort();
	};

	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.once(name, () => stop(signalExitCodes[name]));
	}

	process.stdout.on('error', () => stop(exitCodes.ok));
	return {signal: end.signal, stop, exitCode: () => exitCode};
}
