import {once} from 'node:events';
import {setTimeout as delay} from 'node:timers/promises';
import {type LoadCommand, openLoadClient, openSocket} from './load-client.js';
import {afterMiss, anyCommand, anyRead, firstData} from './mixed-commands.js';
import {encodeCommand, LoadError, type LoadReply} from './resp.js';

/** One part of the load on a server, such as an application. It runs until its connection ends. */
type Actor = (port: number) => Promise<void>;

const tickMs = 100;

/** The rate of commands, per second: two sine waves of 40 s and 7 s around 1,500, so that the charts have a shape. */
const opsPerSecondAt = (seconds: number): number =>
	1500 + 700 * Math.sin((2 * Math.PI * seconds) / 40) + 150 * Math.sin((2 * Math.PI * seconds) / 7);

/** An application that sends a share of all commands, as one pipeline every 100 ms. */
const traffic =
	(name: string, share: number, next: () => LoadCommand): Actor =>
	async port => {
		const client = await openLoadClient({port, name});
		let rewrites: LoadCommand[] = [];
		for (;;) {
			const perTick = (opsPerSecondAt(performance.now() / 1000) * share * tickMs) / 1000;
			const count = Math.floor(perTick + Math.random());
			const commands = [...rewrites, ...Array.from({length: count}, next)];
			const replies = await client.send(commands);
			rewrites = next === anyCommand ? commands.flatMap((command, index) => rewrite(command, replies[index])) : [];
			await delay(tickMs);
		}
	};

/** The write that follows a read that found no key; empty for any other command or reply. */
const rewrite = (command: LoadCommand, reply: LoadReply | undefined): LoadCommand[] => {
	const write = reply === null ? afterMiss(command) : undefined;
	return write === undefined ? [] : [write];
};

const busyScript = 'local x = 0 for i = 1, tonumber(ARGV[1]) do x = x + i % 7 end return x';

/**
A job that is too slow: every nine seconds a script, and then a SORT of a long list. The duration of the last script
sets the number of iterations of the next one. A script therefore takes 12 to 40 ms on any machine. The slow log begins
at 10 ms.
*/
const slowJob: Actor = async port => {
	const client = await openLoadClient({port, name: 'batch-report'});
	let iterationsPerMs = 20_000;
	for (let turn = 0; ; turn++) {
		const wantedMs = 15 + Math.random() * 20;
		const iterations = Math.ceil(iterationsPerMs * wantedMs);
		const startedAt = performance.now();
		await client.send([['EVAL', busyScript, 0, iterations]]);
		const measured = iterations / Math.max(1, performance.now() - startedAt);
		// One slow round trip on a busy machine must not shorten all later scripts. So the estimate changes by a factor of
		// at most 1.5.
		iterationsPerMs =
			turn === 0 ? measured : Math.min(Math.max(measured, iterationsPerMs / 1.5), iterationsPerMs * 1.5);
		await delay(9000);
		await client.send([['SORT', 'archive:orders', 'ALPHA', 'LIMIT', 0, 10]]);
		await delay(9000);
	}
};

/**
An export that requests 64 KB four times a second and never reads the replies. Its output buffer grows until the server
disconnects the client.
*/
const stalledReader: Actor = async port => {
	const socket = await openSocket(port);
	const closed = once(socket, 'close');
	socket.write(encodeCommand(['CLIENT', 'SETNAME', 'export-7']));
	while (!socket.destroyed) {
		socket.write(encodeCommand(['LRANGE', 'archive:orders', 0, 4999]).repeat(4));
		await Promise.race([closed, delay(1000)]);
	}
};

/** A worker that waits for jobs with BLPOP. `dispatcher` pushes some jobs every seven seconds. */
const blockedWorker: Actor = async port => {
	const client = await openLoadClient({port, name: 'worker-3'});
	for (;;) {
		await client.send([['BLPOP', 'jobs:urgent', 0]]);
	}
};

const dispatcher: Actor = async port => {
	const client = await openLoadClient({port, name: 'dispatcher'});
	for (;;) {
		await delay(7000);
		await client.send([['RPUSH', 'jobs:urgent', 'invoice']]);
	}
};

const subscriber: Actor = async port => {
	const client = await openLoadClient({port, name: 'orders-feed'});
	await client.send([['SUBSCRIBE', 'orders']]);
	// PING is sent only to notice that the connection has ended.
	for (;;) {
		await delay(5000);
		await client.send([['PING']]);
	}
};

/**
Clients that come and go. Once a minute a job opens two dozen connections for ten seconds, and every few seconds a
health check connects.
*/
const visitors: Actor = async port => {
	for (let turn = 0; ; turn++) {
		const isJob = turn % 20 === 10;
		const clients = await Promise.all(
			Array.from({length: isJob ? 24 : 1}, (_, index) =>
				openLoadClient({port, name: isJob ? `import-${index}` : 'healthcheck'}),
			),
		);
		await Promise.all(clients.map(client => client.send([['PING']])));
		await delay(isJob ? 10_000 : 200);
		for (const client of clients) {
			client.close();
		}

		await delay(3000);
	}
};

/**
Writes the first data, then starts the load on the primary and its replicas. The load runs until the process ends.
*/
export async function startLoad(primaryPort: number, replicaPorts: readonly number[]) {
	const client = await openLoadClient({port: primaryPort});
	for (const commands of firstData()) {
		await client.send(commands);
	}

	client.close();
	const primaryActors = [
		traffic('api-1', 0.4, anyCommand),
		traffic('api-2', 0.35, anyCommand),
		traffic('worker-1', 0.25, anyCommand),
		slowJob,
		stalledReader,
		blockedWorker,
		dispatcher,
		subscriber,
		visitors,
	];
	for (const actor of primaryActors) {
		void keepPlaying(actor, primaryPort);
	}

	for (const [index, port] of replicaPorts.entries()) {
		void keepPlaying(traffic(`reader-${index + 1}`, 0.15, anyRead), port);
	}
}

/**
Runs a part of the load for ever. One second after the part's connection has ended, for example because a client was
killed, the part is started again.
*/
async function keepPlaying(actor: Actor, port: number): Promise<never> {
	for (;;) {
		try {
			await actor(port);
		} catch (error) {
			if (!(error instanceof LoadError) && !isSystemError(error)) {
				throw error;
			}
		}

		await delay(1000);
	}
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'code' in error;
