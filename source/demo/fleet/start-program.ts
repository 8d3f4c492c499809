import {spawn} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {openSocket} from '../load-client.js';
import {DemoFailure, type ServerProcess} from '../server-process.js';

const startDeadlineMs = 20_000;

export type ProgramOptions = {
	readonly binary: string;
	readonly args: readonly string[];
	/** Words before the command line, which bind the process to its parent. */
	readonly launcher: readonly string[];
	readonly directory: string;
	/** The port of loopback on which the program listens. */
	readonly port: number;
	/** Is told of the process before the first wait. */
	readonly onSpawned: (program: ServerProcess) => void;
};

/**
Starts a program that serves on a port. Resolves when the port accepts connections. Rejects with a `DemoFailure` that has
the last line of what the program wrote.
*/
export async function startProgram({
	binary,
	args,
	launcher,
	directory,
	port,
	onSpawned,
}: ProgramOptions): Promise<void> {
	const [file = binary, ...words] = [...launcher, binary, ...args];
	const child = spawn(file, words, {stdio: ['ignore', 'ignore', 'pipe'], detached: true, cwd: directory});
	let output = '';
	let isOver = false;
	child.stderr.on('data', chunk => {
		output = `${output}${chunk}`.slice(-4096);
	});
	child.on('error', error => {
		output = error.message;
		isOver = true;
	});
	child.on('exit', () => {
		isOver = true;
	});
	if (child.pid !== undefined) {
		onSpawned({pid: child.pid, exited: new Promise(resolve => child.once('exit', resolve))});
	}

	const deadlineAt = performance.now() + startDeadlineMs;
	while (!(await isListening(port))) {
		if (isOver || performance.now() > deadlineAt) {
			throw new DemoFailure(`${binary} did not start: ${output.trim().split('\n').at(-1) || 'it wrote nothing'}`);
		}

		await delay(50);
	}
}

async function isListening(port: number): Promise<boolean> {
	try {
		(await openSocket(port)).destroy();
		return true;
	} catch {
		return false;
	}
}
