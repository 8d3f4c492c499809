import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {type OwnPart, ownProcess} from './own-process.js';
import {DemoFailure} from './server-process.js';

export type KeeperOptions = {
	readonly part: OwnPart;
	/** Another file to run, for a test. */
	readonly file?: string | undefined;
	readonly args: readonly string[];
	readonly signal?: AbortSignal | undefined;
};

/** A process that owns a demo's servers and ends with this one. `Message` is the one line it says when they stand. */
export type Keeper<Message> = {
	readonly message: Message;
	readonly process: ChildProcess;
	/** Resolves when it is gone. */
	stop(): Promise<void>;
};

const stopDeadlineMs = 5000;

/**
Starts a keeper and resolves with what it says. It ends when its standard input does: whatever ends this process ends it
too. Rejects with a `DemoFailure`, whose message is one line for a person, or with the signal's reason.
*/
export async function startKeeper<Message extends object>(options: KeeperOptions): Promise<Keeper<Message>> {
	const {part, file, args, signal} = options;
	signal?.throwIfAborted();
	const program = file === undefined ? ownProcess(part) : {file: process.execPath, args: [file]};
	// A session of its own: what the terminal sends to the monitor's group, it doesn't get.
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

	letGo(keeper);
	return {message, process: keeper, stop};
}

/** The keeper's line, or what can be said when it ends without one. */
async function firstMessage<Message>(keeper: ChildProcess): Promise<Message | {readonly failure: string}> {
	let output = '';
	let lastWords = '';
	keeper.stderr?.on('data', chunk => {
		lastWords = `${lastWords}${chunk}`.slice(-4096);
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
			const reason = lastWords.split('\n').find(line => /\S*Error\b/.test(line)) ?? 'it ended at once';
			resolve({failure: `the demo could not be started: ${reason.trim()}`});
		});
	});
}

/** The monitor's process may end although the keeper still runs; that is what ends the keeper. */
function letGo(keeper: ChildProcess): void {
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
