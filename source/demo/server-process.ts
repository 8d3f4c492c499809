import {spawn, spawnSync} from 'node:child_process';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {findExecutable} from './find-server.js';
import {openSocket} from './load-client.js';

export type ServerProcess = {
	/** The process id. It is also the id of the server's process group, which contains the server's child processes. */
	readonly pid: number;
	/** Resolves when the process has ended. */
	readonly exited: Promise<unknown>;
};

/** Why a deployment could not be started, in one line for the user. */
export class DemoFailure extends Error {
	override readonly name = 'DemoFailure';
}

const startDeadlineMs = 20_000;

/** Ports on the loopback interface that were free just now: `count` different ones. */
export async function findFreePorts(count: number): Promise<number[]> {
	const servers = await Promise.all(
		Array.from({length: count}, async () => {
			const server = createServer();
			await new Promise<void>((resolve, reject) => {
				server.once('error', reject);
				server.listen(0, '127.0.0.1', resolve);
			});
			return server;
		}),
	);
	const ports = servers.map(server => {
		const address = server.address();
		return typeof address === 'object' && address !== null ? address.port : 0;
	});
	await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
	return ports;
}

/**
Starts one server with the given lines of configuration. Resolves when the server's port accepts connections.
`onSpawned` gets the process before the first wait. Rejects with a `DemoFailure` that has the last line of the server's
log.
*/
export async function startServer(options: {
	binary: string;
	launcher: readonly string[];
	directory: string;
	port: number;
	configuration: readonly string[];
	onSpawned: (server: ServerProcess) => void;
}): Promise<void> {
	const {binary, launcher, directory, port, configuration, onSpawned} = options;
	const configFile = path.join(directory, 'server.conf');
	const logFile = path.join(directory, 'server.log');
	const own = [
		`port ${port}`,
		'bind 127.0.0.1',
		`dir ${JSON.stringify(directory)}`,
		`logfile ${JSON.stringify(logFile)}`,
		'daemonize no',
	];
	writeFileSync(configFile, `${[...own, ...configuration].join('\n')}\n`);

	const readLog = () => lastLine(readIfThere(logFile));
	await startProgram({binary, args: [configFile], launcher, directory, port, onSpawned, readLog});
}

export type ProgramOptions = {
	readonly binary: string;
	readonly args: readonly string[];
	/** Words to put before the program's command line. They make the program end with its parent process. */
	readonly launcher: readonly string[];
	readonly directory: string;
	/** The port of loopback on which the program listens. */
	readonly port: number;
	/** Receives the process before the function first waits, so that the caller can end the process after a failure. */
	readonly onSpawned: (program: ServerProcess) => void;
	/** The last line of the program's log; undefined for a program that writes to stderr only. */
	readonly readLog?: () => string;
};

/**
Starts a program that serves on a port. Resolves when the port accepts connections. Rejects with a `DemoFailure` that
has the last line of what the program wrote.
*/
export async function startProgram(options: ProgramOptions): Promise<void> {
	const {binary, args, launcher, directory, port, onSpawned, readLog} = options;
	const [file = binary, ...words] = [...launcher, binary, ...args];
	const child = spawn(file, words, {stdio: ['ignore', 'ignore', 'pipe'], detached: true, cwd: directory});
	let errorOutput = '';
	let isOver = false;
	child.stderr.on('data', chunk => {
		errorOutput = `${errorOutput}${chunk}`.slice(-4096);
	});
	child.on('error', error => {
		errorOutput = error.message;
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
			const reason = readLog?.() || lastLine(errorOutput) || 'it wrote nothing';
			throw new DemoFailure(`${binary} did not start: ${reason}`);
		}

		await delay(25);
	}

	if (isOver) {
		throw new DemoFailure(`${binary} did not start: port ${port} was taken`);
	}
}

/** Kills the servers and their child processes with SIGKILL, and removes their folder. Their data are temporary. */
export function removeServers(pids: readonly number[], directory: string): void {
	for (const pid of pids) {
		try {
			process.kill(-pid, 'SIGKILL');
		} catch {
			// The process has ended already.
		}
	}

	// A server that is ending may still add a file while its folder is emptied, so the removal is retried.
	rmSync(directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 25});
}

/**
Words before a server's command line that make the kernel kill the server when its parent ends, even if SIGKILL ended
the parent. They are `setpriv --pdeathsig` of util-linux. Empty if setpriv is missing or lacks the option, as in
busybox.
*/
export function parentBoundLauncher(): readonly string[] {
	const setpriv = process.platform === 'linux' ? findExecutable('setpriv', process.env.PATH) : undefined;
	if (setpriv === undefined) {
		return [];
	}

	const launcher = [setpriv, '--pdeathsig', 'KILL', '--'] as const;
	const {status} = spawnSync(setpriv, [...launcher.slice(1), 'sh', '-c', ':'], {stdio: 'ignore'});
	return status === 0 ? launcher : [];
}

async function isListening(port: number): Promise<boolean> {
	try {
		(await openSocket(port)).destroy();
		return true;
	} catch {
		return false;
	}
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

function readIfThere(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
