import {type ChildProcess, spawn} from 'node:child_process';
import {accessSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {cacheFolder, ensureServer, fetchServer, programOnPath} from '../../scripts/fetch-servers.mjs';
import {eventually} from './eventually.js';
import {freePort} from './free-port.js';
import {RespClient, type TestReply} from './resp-client.js';

export type ServerOptions = {
	/** Environment variables that are added to the server's environment. */
	readonly env?: Readonly<Record<string, string>> | undefined;
	/**
	The path of a server program, or a name of `serverBinaries()`. Absent: the first server that is found, or one that is
	fetched.
	*/
	readonly server?: string;
	/**
	Lines of a Sentinel's configuration, such as `sentinel monitor main 127.0.0.1 7001 2`. If they are given, the server
	is started as a Sentinel.
	*/
	readonly sentinel?: readonly string[];
	/** Further arguments of the server's command line: `['--maxmemory', '10mb']`. They override the defaults. */
	readonly args?: readonly string[];
	/** The path of a config file. Arguments and defaults override it. */
	readonly config?: string;
	/** The working folder. Absent: a temporary one, which `stop` removes. */
	readonly dir?: string;
	/** The port. Absent: a free port. */
	readonly port?: number;
};

export type TestServer = {
	readonly pid: number;
	readonly host: '127.0.0.1';
	readonly port: number;
	readonly dir: string;
	/** Resolves with the exit code, or the signal's name, when the process has ended. */
	readonly exited: Promise<number | string>;
	/** Returns the whole output of the server so far. */
	log(): string;
	/** Sends one command on a connection of this harness. An error reply is an `Error` value. */
	command(...words: ReadonlyArray<string | number>): Promise<TestReply>;
	/**
	Opens another connection, over TCP unless the path of a unix socket is given. The connection is closed with the
	server.
	*/
	connect(endpoint?: {readonly path: string}): Promise<RespClient>;
	/** Sends SIGTERM, then SIGKILL. Resolves when the process has ended and its temporary folder is removed. */
	stop(): Promise<void>;
};

/** The servers that run now. None of them outlives the process of the tests, however that process ends. */
const running = new Map<number, {child: ChildProcess; temporaryDir: string | undefined}>();

function killAll(): void {
	for (const {child, temporaryDir} of running.values()) {
		child.kill('SIGKILL');
		if (temporaryDir !== undefined) {
			rmSync(temporaryDir, {recursive: true, force: true, maxRetries: 3});
		}
	}

	running.clear();
}

/**
The path of `setpriv`, which starts servers so that Linux ends them when the tests' process is killed. Undefined
elsewhere.
*/
const guard = process.platform === 'linux' ? programOnPath('setpriv') : undefined;

process.once('exit', killAll);
// Node's test runner ends a hung file with SIGTERM. A process with a listener for SIGTERM would survive the signal if
// it is in an endless loop.
for (const signal of ['SIGINT', 'SIGHUP', ...(guard === undefined ? (['SIGTERM'] as const) : [])] as const) {
	process.once(signal, () => {
		killAll();
		process.kill(process.pid, signal);
	});
}

/**
The servers that tests can use, by name (`redis-7.0`, `valkey-9.1`). They are in the cache of
`scripts/fetch-servers.mjs`, or in the folder `$REDIS_TOP_SERVERS` with the same layout (`NAME/bin/redis-server`). A
server on the PATH has the name `path`.
*/
export function serverBinaries(): ReadonlyMap<string, string> {
	const binaries = new Map<string, string>();
	const folder = process.env.REDIS_TOP_SERVERS ?? cacheFolder();
	for (const name of entriesOf(folder).sort()) {
		const program = ['redis-server', 'valkey-server']
			.map(file => path.join(folder, name, 'bin', file))
			.find(isExecutable);
		if (program !== undefined && !name.startsWith('.')) {
			binaries.set(name, program);
		}
	}

	const onPath = programOnPath('redis-server') ?? programOnPath('valkey-server');
	if (onPath !== undefined) {
		binaries.set('path', onPath);
	}

	return binaries;
}

/** Starts a server on a free port of 127.0.0.1. Resolves when it answers, also with LOADING or NOAUTH. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
	const program = await programOf(options.server);
	for (let attempt = 1; ; attempt++) {
		const port = options.port ?? (await freePort());
		try {
			return await startOnPort(program, port, attempt === 1 ? options : await withOtherBusPort(options));
		} catch (error) {
			// Another process may take the port after it was found free.
			const isClash = error instanceof Error && /Address already in use/i.test(error.message);
			if (!isClash || options.port !== undefined || attempt === 5) {
				throw error;
			}
		}
	}
}

/** Replaces the port of the cluster bus by another free port, if the options have such a port. */
async function withOtherBusPort(options: ServerOptions): Promise<ServerOptions> {
	const {args = []} = options;
	const at = args.indexOf('--cluster-port') + 1;
	return at === 0 ? options : {...options, args: args.with(at, String(await freePort()))};
}

async function programOf(server: string | undefined): Promise<string> {
	if (server?.includes('/')) {
		return server;
	}

	const binaries = serverBinaries();
	const program = server === undefined ? [...binaries.values()][0] : binaries.get(server);
	return program ?? (server === undefined ? ensureServer() : fetchServer(server));
}

async function startOnPort(program: string, port: number, options: ServerOptions): Promise<TestServer> {
	const temporaryDir = options.dir === undefined ? mkdtempSync(path.join(os.tmpdir(), 'redis-top-test-')) : undefined;
	const dir = options.dir ?? temporaryDir ?? '';
	const args = options.args ?? [];
	const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--daemonize', 'no'];
	const file = options.config === undefined ? [] : [options.config];
	const defaults =
		options.sentinel === undefined
			? [...file, ...place, '--save', '']
			: [sentinelFile(dir, options.sentinel), '--sentinel', ...place];
	const server = runServer(program, [...defaults, ...args], {dir, temporaryDir, env: options.env});
	const clients = new Set<RespClient>();
	const stop = async () => {
		for (const client of clients) {
			client.close();
		}

		await server.end();
		if (temporaryDir !== undefined) {
			rmSync(temporaryDir, {recursive: true, force: true, maxRetries: 3});
		}
	};

	// Another process might answer on the port. The server's log must therefore confirm the start too, unless the test
	// writes the log to a file or limits it.
	const isQuiet = args.includes('--logfile') || args.includes('--loglevel');
	try {
		await eventually(`an answer of ${program} on port ${port}`, async () => {
			if (server.hasExited()) {
				throw new Error(`${program} ended at once: ${server.log().trim()}`);
			}

			return isQuiet || /Server initialized|Ready to accept|Sentinel ID is/.test(server.log())
				? answers(port)
				: undefined;
		});
	} catch (error) {
		await stop();
		throw error;
	}

	const connect = async (endpoint: {readonly path: string} | {readonly port: number} = {port}) => {
		const client = await RespClient.connect(endpoint);
		clients.add(client);
		return client;
	};

	let shared: Promise<RespClient> | undefined;
	const command = async (...words: ReadonlyArray<string | number>) => {
		shared ??= connect();
		try {
			return await (await shared).command(...words);
		} catch (error) {
			// The next command opens a new connection, because the server may have restarted or closed the present one.
			shared = undefined;
			throw error;
		}
	};

	const {pid, exited, log} = server;
	return {pid, host: '127.0.0.1', port, dir, exited, log, command, connect, stop};
}

/** The path of a Sentinel's config file, into which the Sentinel writes what it learns. */
function sentinelFile(dir: string, lines: readonly string[]): string {
	const file = path.join(dir, 'sentinel.conf');
	writeFileSync(file, `${lines.join('\n')}\n`);
	return file;
}

/** Starts the server's process and follows its output and its end. */
function runServer(
	program: string,
	args: readonly string[],
	{
		dir,
		temporaryDir,
		env,
	}: {readonly dir: string; readonly temporaryDir: string | undefined} & Pick<ServerOptions, 'env'>,
) {
	const words = guard === undefined ? [program] : [guard, '--pdeathsig', 'KILL', program];
	const child = spawn(words[0] ?? program, [...words.slice(1), ...args], {
		cwd: dir,
		env: {...process.env, ...env},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const pid = child.pid ?? 0;
	running.set(pid, {child, temporaryDir});

	let output = '';
	const keep = (chunk: Buffer) => {
		output += String(chunk);
	};

	child.stdout.on('data', keep);
	child.stderr.on('data', keep);

	let hasExited = false;
	const exited = new Promise<number | string>(resolve => {
		const finish = (outcome: number | string) => {
			hasExited = true;
			running.delete(pid);
			resolve(outcome);
		};

		child.once('error', error => finish(error.message));
		// The event is 'close' and not 'exit', because the output is complete only then.
		child.once('close', (code, signal) => finish(signal ?? code ?? 'unknown'));
	});

	const end = async () => {
		if (!hasExited) {
			// A stopped process doesn't handle SIGTERM.
			child.kill('SIGCONT');
			child.kill('SIGTERM');
			const killing = setTimeout(() => child.kill('SIGKILL'), 3000);
			await exited;
			clearTimeout(killing);
		}
	};

	return {pid, exited, log: () => output, hasExited: () => hasExited, end};
}

/** True when the server answers a PING with any reply; undefined otherwise. */
async function answers(port: number): Promise<true | undefined> {
	const client = await RespClient.connect({port}).catch(() => undefined);
	if (client === undefined) {
		return undefined;
	}

	try {
		await client.command('PING');
		return true;
	} catch {
		return undefined;
	} finally {
		client.close();
	}
}

function entriesOf(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
