import {mkdirSync, mkdtempSync, realpathSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {type LoadClient, type LoadCommand, openLoadClient} from '../load-client.js';
import type {LoadReply} from '../resp.js';
import {
	DemoFailure,
	findFreePorts,
	parentBoundLauncher,
	removeServers,
	type ServerProcess,
	startServer,
} from '../server-process.js';

/** A server of an incident. It can be killed and started again. */
export type StageServer = {
	readonly port: number;
	/** The address, `host:port`. */
	readonly address: string;
	readonly directory: string;
	/**
	Sends one command and resolves with its reply; an error reply is a `LoadError` value. Rejects when there is no
	connection.
	*/
	send(...command: LoadCommand): Promise<LoadReply>;
	/** The fields of a section of INFO. */
	info(section: string): Promise<ReadonlyMap<string, string>>;
	signal(signal: NodeJS.Signals): void;
	/** Ends the process by SIGKILL; resolves when it has ended. */
	kill(): Promise<void>;
	/** Starts the server again, with the same configuration, folder and port. */
	start(): Promise<void>;
};

export type StageServerOptions = {
	readonly name: string;
	readonly configuration?: readonly string[];
	/** Words to put before the server's command line, such as those of a program that limits the size of files. */
	readonly launcher?: readonly string[];
};

/** The servers of an incident, with their folder and their clients. All of them end when the stage ends. */
export type Stage = {
	readonly directory: string;
	readonly servers: readonly StageServer[];
	readonly pids: readonly number[];
	server(options: StageServerOptions): Promise<StageServer>;
	/** Opens a connection to a server, with this client name. The connection is closed when the stage ends. */
	client(server: StageServer, name: string): Promise<LoadClient>;
	/** Repeats a step with a pause until the stage ends. A step that fails is repeated too: its server may be down. */
	repeat(pauseMs: number, step: () => Promise<unknown>): void;
	/**
	Starts an application that sends the commands of `next` as one pipeline, every `pauseMs` milliseconds. When its
	connection ends, the application connects again.
	*/
	application(options: {
		readonly server: StageServer;
		readonly name: string;
		readonly pauseMs: number;
		readonly next: () => readonly LoadCommand[];
	}): void;
	/** Registers a function that is called when the stage ends, for anything else that must be closed. */
	atEnd(close: () => void): void;
	/**
	Waits until a condition is true; rejects with a `DemoFailure` after half a minute. A condition that rejects counts as
	not yet true.

	@param what The condition in words, for the failure's message.
	*/
	until(what: string, condition: () => Promise<boolean>): Promise<void>;
	/** Kills the servers and removes their folder. The call is synchronous. */
	destroy(): void;
	/** Does the same as `destroy`, but asynchronously. Resolves when the processes have ended. */
	end(): Promise<void>;
};

const conditionDeadlineMs = 30_000;
const reconnectMs = 300;

/** The configuration of every server: nothing is saved, and a full resync begins at once. */
const commonConfiguration = ['save ""', 'repl-diskless-sync yes', 'repl-diskless-sync-delay 0'];

/** Opens an empty stage with a new temporary folder. */
export function openStage(serverBinary: string): Stage {
	const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'redis-top-incident-')));
	const boundLauncher = parentBoundLauncher();
	const processes: ServerProcess[] = [];
	const servers: StageServer[] = [];
	const clients = new Set<LoadClient>();
	const closings: Array<() => void> = [];
	let isOver = false;

	const client = async ({port}: StageServer, name: string) => {
		const opened = await openLoadClient({port, name});
		clients.add(opened);
		return opened;
	};

	const destroy = () => {
		isOver = true;
		for (const each of clients) {
			each.close();
		}

		for (const close of closings.splice(0)) {
			close();
		}

		removeServers(
			processes.map(({pid}) => pid),
			directory,
		);
	};

	const repeat = (pauseMs: number, step: () => Promise<unknown>) => {
		void (async () => {
			while (!isOver) {
				await step().catch(() => delay(reconnectMs));
				await delay(pauseMs, undefined, {ref: false});
			}
		})();
	};

	const server = async ({name, configuration = [], launcher = []}: StageServerOptions) => {
		const [port = 0] = await findFreePorts(1);
		const ownDirectory = path.join(directory, name);
		mkdirSync(ownDirectory);
		let current: ServerProcess | undefined;
		let connection: Promise<LoadClient> | undefined;
		const started: StageServer = {
			port,
			address: `127.0.0.1:${port}`,
			directory: ownDirectory,
			async send(...command) {
				connection ??= client(started, 'demo-stage');
				try {
					const [reply = null] = await (await connection).send([command]);
					return reply;
				} catch (error) {
					connection = undefined;
					throw error;
				}
			},
			info: async section => fieldsOf(await started.send('INFO', section)),
			signal(signal) {
				if (current !== undefined) {
					process.kill(current.pid, signal);
				}
			},
			async kill() {
				started.signal('SIGKILL');
				await current?.exited;
			},
			start: () =>
				isOver
					? Promise.resolve()
					: startServer({
							binary: serverBinary,
							launcher: [...boundLauncher, ...launcher],
							directory: ownDirectory,
							port,
							configuration: [...commonConfiguration, ...configuration],
							onSpawned(spawned) {
								current = spawned;
								processes.push(spawned);
							},
						}),
		};
		await started.start();
		servers.push(started);
		return started;
	};

	return {
		directory,
		servers,
		get pids() {
			return processes.map(({pid}) => pid);
		},
		server,
		client,
		repeat,
		atEnd: close => closings.push(close),
		application({server: at, name, pauseMs, next}) {
			let connection: LoadClient | undefined;
			repeat(pauseMs, async () => {
				try {
					connection ??= await client(at, name);
					await connection.send(next());
				} catch (error) {
					connection?.close();
					connection = undefined;
					throw error;
				}
			});
		},
		async until(what, condition) {
			const deadlineAt = performance.now() + conditionDeadlineMs;
			while (!(await condition().catch(() => false))) {
				if (performance.now() > deadlineAt) {
					throw new DemoFailure(
						`the incident did not happen: ${conditionDeadlineMs / 1000} s were too few for ${what}`,
					);
				}

				await delay(50);
			}
		},
		destroy,
		async end() {
			destroy();
			await Promise.all(processes.map(({exited}) => exited));
		},
	};
}

function fieldsOf(reply: LoadReply): ReadonlyMap<string, string> {
	const lines = String(reply).split('\r\n');
	return new Map(
		lines.flatMap(line => {
			const colon = line.indexOf(':');
			return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
		}),
	);
}
