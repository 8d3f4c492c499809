import process from 'node:process';
import {exitCodes, signalExitCodes} from '../domain/exit-codes.js';
import {sanitize} from '../text/sanitize.js';

/** Why the program ends, with its exit code. */
export type ExitReason =
	| {readonly kind: 'quit'; readonly exitCode: number; readonly leavesFrame?: boolean}
	| {readonly kind: 'signal'; readonly signal: NodeJS.Signals; readonly exitCode: number}
	/** The terminal is gone: hang-up, end of input, or a failed write. */
	| {readonly kind: 'terminal-gone'; readonly exitCode: number}
	| {readonly kind: 'crash'; readonly error: unknown; readonly exitCode: number};

/**
Calls `leave` once, for the first reason to exit: a signal, a lost terminal or an uncaught error. Returns a function
that removes the listeners again.
*/
export function installExitHandlers(leave: (reason: ExitReason) => void): () => void {
	let isLeaving = false;
	const go = (reason: ExitReason) => {
		if (!isLeaving) {
			isLeaving = true;
			leave(reason);
		}
	};

	const signals = Object.entries(signalExitCodes).map(([signal, exitCode]) => {
		const listener = () => go({kind: 'signal', signal: signal as NodeJS.Signals, exitCode});
		process.on(signal, listener);
		return [signal, listener] as const;
	});
	const crash = (error: unknown) => go({kind: 'crash', error, exitCode: exitCodes.bug});
	const gone = () => go({kind: 'terminal-gone', exitCode: signalExitCodes.SIGHUP});
	const brokenOutput = (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE' || error.code === 'EIO' || error.code === 'ECONNRESET') {
			gone();
		} else {
			crash(error);
		}
	};

	process.on('uncaughtException', crash);
	process.on('unhandledRejection', crash);
	process.stdin.on('end', gone);
	process.stdin.on('close', gone);
	process.stdin.on('error', gone);
	process.stdout.on('error', brokenOutput);
	return () => {
		for (const [signal, listener] of signals) {
			process.off(signal, listener);
		}

		process.off('uncaughtException', crash);
		process.off('unhandledRejection', crash);
		process.stdin.off('end', gone);
		process.stdin.off('close', gone);
		process.stdin.off('error', gone);
		process.stdout.off('error', brokenOutput);
	};
}

/**
The message of a crash, which is printed after the terminal is restored. It has at most five lines, four of them from
the error, and no secrets.
*/
export function crashReport(error: unknown, version: string): string {
	const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
	const [first = '', ...rest] = trace.split('\n');
	return [
		`redis-top ${version} has crashed; this is a defect of redis-top, not of the server.`,
		...[first, ...rest.slice(0, 3)].map(sanitize),
		'',
	].join('\n');
}
