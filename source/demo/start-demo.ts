import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {DemoFailure, killServers} from './server-process.js';

export type Demo = {
	/** `host:port` of the primary. */
	readonly target: string;
	readonly replicas: readonly string[];
	/** The process that owns the servers and the load. */
	readonly keeperPid: number;
	/** Resolves when no process and no file of the demo is left. Without it, the same happens when this process ends. */
	stop(): Promise<void>;
};

export type DemoOptions = {
	readonly serverBinary: string;
	/** Aborting it stops the demo, while it starts as well. */
	readonly signal?: AbortSignal;
	/** The built `keeper.ts`; beside this program's own files when not given. */
	readonly keeperFile?: string;
};

type KeeperMessage =
	| {readonly failure: string}
	| {
			readonly failure?: undefined;
			readonly primaryPort: number;
			readonly replicaPorts: readonly number[];
			readonly pids: readonly number[];
			readonly directory: string;
	  };

const stopDeadlineMs = 5000;

/**
Starts a throw-away deployment, a primary with two replicas and a load on them, in a process of its own that ends with
this one, whatever ends it. Rejects with a `DemoFailure`, whose message is one line for a person, or with the signal's
reason.
*/
export async function startDemo({serverBinary, signal, keeperFile}: DemoOptions): Promise<Demo> {
	signal?.throwIfAborted();
	const file = keeperFile ?? fileURLToPath(new URL('./demo-keeper.js', import.meta.url));
	// A session of its own: what the terminal sends to the monitor's group, it doesn't get.
	const keeper = spawn(process.execPath, [file, serverBinary], {stdio: ['pipe', 'pipe', 'pipe'], detached: true});
	keeper.stdin.on('error', () => {});
	const stop = () => stopKeeper(keeper);
	const abort = () => void stop();
	signal?.addEventListener('abort', abort, {once: true});

	const message = await firstMessage(keeper);
	if (signal?.aborted) {
		await stop();
		throw signal.reason;
	}

	if (message.failure !== undefined) {
		await stop();
		throw new DemoFailure(message.failure);
	}

	keeper.once('exit', code => {
		signal?.removeEventListener('abort', abort);
		// Otherwise it cleaned up itself.
		if (code !== 0) {
			killServers(message.pids);
			rmSync(message.directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 25});
		}
	});
	letGo(keeper);
	return {
		target: `127.0.0.1:${message.primaryPort}`,
		replicas: message.replicaPorts.map(port => `127.0.0.1:${port}`),
		keeperPid: keeper.pid ?? 0,
		stop,
	};
}

/** The keeper's line, or what can be said when it ends without one. */
async function firstMessage(keeper: ChildProcess): Promise<KeeperMessage> {
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
