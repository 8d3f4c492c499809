import {spawn} from 'node:child_process';
import process from 'node:process';
import type {TestContext} from 'node:test';
import {ensureNeighbour} from '../../scripts/fetch-servers.mjs';

/**
The path of another program that a test needs, such as `promtool`. If the program can't be fetched, the test is skipped
and the result is undefined.
*/
export async function outsideProgram(t: TestContext, program: string): Promise<string | undefined> {
	try {
		return await ensureNeighbour(program);
	} catch (error) {
		t.skip(error instanceof Error ? error.message : `there is no ${program}`);
		return undefined;
	}
}

export type OutsideProcess = {
	readonly output: () => string;
	/** Ends the process and resolves when it has ended. */
	readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
	/** Sends a signal without waiting: SIGSTOP makes a server hang. */
	readonly signal: (signal: NodeJS.Signals) => void;
};

/** Starts a program. It is ended at the end of the test, if it still runs then. */
export function startOutside(t: TestContext, program: string, args: readonly string[]): OutsideProcess {
	const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']});
	const exited = new Promise<void>(resolve => child.once('close', () => resolve()));
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8');
		stream.on('data', (text: string) => {
			output += text;
		});
	}

	const end = () => child.kill('SIGKILL');
	process.once('exit', end);
	const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
		child.kill(signal);
		await exited;
		process.off('exit', end);
	};

	t.after(() => kill());
	return {output: () => output, kill, signal: signal => child.kill(signal)};
}
