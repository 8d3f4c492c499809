import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {type OwnPart, ownProcess} from './own-process.js';
import {DemoFailure} from './server-process.js';

export type KeeperOptions = {
	readonly part: OwnPart;
	/** The path of another keeper program to run, for tests. */
	readonly file?: string | undefined;
	readonly args: readonly string[];
	readonly signal?: AbortSignal | undefined;
};

/**
A child process that owns a demo's servers and ends with this process. It writes one `Message` when the servers are
ready.
*/
export type Keeper<Message> = {
	readonly message: Message;
	readonly process: ChildProcess;
	/** Ends the keeper. Resolves when the process has ended. */
	stop(): Promise<void>;
};

const stopDeadlineMs = 5000;

/**
Starts a keeper and resolves with its message. The keeper ends when its standard input ends, which happens when this
process ends for any reason. Rejects with a `DemoFailure`, whose message is one line for the user. If `signal` aborts,
rejects with the signal's reason.
*/
export async function startKeeper<Message extends object>(options: KeeperOptions): Promise<Keeper<Message>> {
	const {part, file, args, signal} = options;
	signal?.throwIfAborted();
	const program = file === undefined ? ownProcess(part) : {file: process.execPath, args: [file]};
	// `detached` makes a new process group, so that the terminal's signals (Ctrl-C) don't reach the keeper.
	const keeper = spawn(program.file, [...program.args, ...args], {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
	keeper.stdin.on('error', () => {});
	const stop = () => stopKeeper(keeper);
	const abort = () => void stop();
	signal?.addEventListener('abort', abort, {once: true});
	keeper.once('exit', () => signal?.removeEventListener('abort', abort));

	const message = await firstMessage<Message>(keeper);
	if (signal?.aborted) {
		await stop();
		throw signal.reason;
	}

	if ('failure' in message) {
		await stop();
		throw new DemoFailure(message.failure);
	}

	unrefKeeper(keeper);
	return {message, process: keeper, stop};
}

/** The keeper's message, or the reason why the keeper ended before it sent a message. */
async function firstMessage<Message>(keeper: ChildProcess): Promise<Message | {readonly failure: string}> {
	let output = '';
	let errorOutput = '';
	keeper.stderr?.on('data', chunk => {
		errorOutput = `${errorOutput}${chunk}`.slice(-4096);
	});
	return new Promise(resolve => {
		keeper.stdout?.on('data', chunk => {
			output += chunk;
			const [line, rest] = output.split('\n', 2);
			if (line !== undefined && rest !== undefined) {
				resolve(JSON.parse(line));
			}
		});
		keeper.once('error', error => resolve({failure: `the demo could not be started: ${error.message}`}));
		keeper.once('close', () => {
			const reason = errorOutput.split('\n').find(line => /\S*Error\b/.test(line)) ?? 'it ended at once';
			resolve({failure: `the demo could not be started: ${reason.trim()}`});
		});
	});
}

/**
Allows this process to end while the keeper still runs. The keeper then ends too, because its standard input ends.
*/
function unrefKeeper(keeper: ChildProcess): void {
	keeper.unref();
	for (const stream of [keeper.stdin, keeper.stdout, keeper.stderr]) {
		(stream as unknown as {unref?: () => void} | null)?.unref?.();
	}
}

async function stopKeeper(keeper: ChildProcess): Promise<void> {
	if (keeper.exitCode !== null || keeper.signalCode !== null || keeper.pid === undefined) {
		return;
	}

	const exited = once(keeper, 'exit');
	keeper.ref();
	keeper.stdin?.end();
	await Promise.race([exited, delay(stopDeadlineMs, undefined, {ref: false})]);
	if (keeper.exitCode === null && keeper.signalCode === null) {
		keeper.kill('SIGKILL');
		await exited;
	}
}
