import {mkdirSync, mkdtempSync, realpathSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {openLoadClient} from './load-client.js';
import {
	DemoFailure,
	findFreePorts,
	parentBoundLauncher,
	removeServers,
	type ServerProcess,
	startServer,
} from './server-process.js';

export type Deployment = {
	readonly primaryPort: number;
	readonly replicaPorts: readonly number[];
	readonly pids: readonly number[];
	readonly directory: string;
	/** Kills the servers and removes their folder. The call is synchronous. */
	destroy(): void;
	/** Does the same as `destroy`, but asynchronously. Resolves when the processes have ended. */
	end(): Promise<void>;
};

const replicaCount = 2;
const linkDeadlineMs = 20_000;

/**
The configuration of every server. `maxmemory` is small, so that little data fills most of it. The thresholds of the
slow log and the latency monitor are low, so that both have entries.
*/
const commonConfiguration = [
	'repl-diskless-sync yes',
	// By default a full resync waits five seconds for other replicas to join.
	'repl-diskless-sync-delay 0',
	'repl-backlog-size 4mb',
	'slowlog-log-slower-than 10000',
	'slowlog-max-len 128',
	'latency-monitor-threshold 10',
	// The data of the demo fill two thirds of `maxmemory`. Evictions are shown by another demo: `redis-top demo incident
	// evictions`.
	'maxmemory 64mb',
	'maxmemory-policy allkeys-lru',
	// One client of the demo never reads its replies. The server disconnects that client when its output buffer has 6
	// MiB, and the client then connects again.
	'client-output-buffer-limit normal 6mb 0 0',
];

/** The primary's configuration: a save every 30 s, and an AOF that is rewritten about every two minutes. */
const primaryConfiguration = [
	'save 30 100',
	'appendonly yes',
	'appendfsync everysec',
	'auto-aof-rewrite-min-size 8mb',
	'auto-aof-rewrite-percentage 100',
];

/**
Starts a primary and its replicas in a new temporary folder. Resolves when the link of every replica is up. `onStarted`
gets the deployment before the first wait, so that the caller can destroy it after a failure. Rejects with a
`DemoFailure`.
*/
export async function startDeployment(serverBinary: string, onStarted: (deployment: Deployment) => void) {
	const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'redis-top-demo-')));
	const servers: ServerProcess[] = [];
	const [primaryPort = 0, ...replicaPorts] = await findFreePorts(1 + replicaCount);
	const destroy = () =>
		removeServers(
			servers.map(({pid}) => pid),
			directory,
		);
	const deployment: Deployment = {
		primaryPort,
		replicaPorts,
		get pids() {
			return servers.map(({pid}) => pid);
		},
		directory,
		destroy,
		async end() {
			destroy();
			await Promise.all(servers.map(({exited}) => exited));
		},
	};
	onStarted(deployment);

	const launcher = parentBoundLauncher();
	const start = (name: string, port: number, configuration: readonly string[]) => {
		const ownDirectory = path.join(directory, name);
		mkdirSync(ownDirectory);
		return startServer({
			binary: serverBinary,
			launcher,
			directory: ownDirectory,
			port,
			configuration: [...commonConfiguration, ...configuration],
			onSpawned: server => servers.push(server),
		});
	};
	await start('primary', primaryPort, primaryConfiguration);
	await Promise.all(
		replicaPorts.map((port, index) =>
			start(`replica-${index + 1}`, port, [
				`replicaof 127.0.0.1 ${primaryPort}`,
				index === 0 ? 'save 60 1000' : 'save ""',
			]),
		),
	);
	await waitForReplicas(primaryPort);
	return deployment;
}

async function waitForReplicas(primaryPort: number): Promise<void> {
	const client = await openLoadClient({port: primaryPort});
	const deadlineAt = performance.now() + linkDeadlineMs;
	try {
		for (;;) {
			const [text] = await client.send([['INFO', 'replication']]);
			if (String(text).split('state=online').length - 1 === replicaCount) {
				return;
			}

			if (performance.now() > deadlineAt) {
				throw new DemoFailure(`the demo's replicas did not connect to their primary in ${linkDeadlineMs / 1000} s`);
			}

			await delay(50);
		}
	} finally {
		client.close();
	}
}
