import {setTimeout as delay} from 'node:timers/promises';
import {startServer, type TestServer} from '../harness/servers.js';

/** An incident on real servers: `play` resolves when it is over. The recording begins before it. */
export type StagedIncident = {
	readonly name: string;
	/** Starts the servers; the first one is the target. */
	readonly servers: (program: string) => Promise<readonly TestServer[]>;
	readonly play: (servers: readonly TestServer[], program: string) => Promise<void>;
};

const calmMs = 12_000;

async function replicated(program: string): Promise<readonly TestServer[]> {
	const primary = await startServer({server: program});
	const replica = await startServer({server: program, args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	return [primary, replica];
}

/** Small incidents whose recordings are kept: see `test/recordings/recordings.test.ts`. */
export const stagedIncidents: readonly StagedIncident[] = [
	{
		name: 'primary-dies-and-returns',
		servers: replicated,
		async play([primary], program) {
			await delay(calmMs);
			const port = primary?.port ?? 0;
			await primary?.stop();
			await delay(25_000);
			const again = await startServer({server: program, port});
			await delay(15_000);
			await again.stop();
		},
	},
	{
		name: 'memory-full',
		servers: async program => [await startServer({server: program, args: ['--maxmemory', '6mb']})],
		async play([server]) {
			await delay(calmMs);
			for (let index = 0; index < 60; index++) {
				await server?.command('SET', `key-${index}`, 'x'.repeat(200_000));
			}

			for (let second = 0; second < 20; second++) {
				await server?.command('SET', 'one-more', 'x'.repeat(1000));
				await delay(1000);
			}

			await server?.command('CONFIG', 'SET', 'maxmemory', '100mb');
			await delay(15_000);
		},
	},
	{
		name: 'blocked-by-a-script',
		servers: async program => [await startServer({server: program, args: ['--busy-reply-threshold', '1000']})],
		async play([server]) {
			await delay(calmMs);
			const busy = 'local until_ = redis.call("TIME")[1] + 9; while redis.call("TIME")[1] + 0 < until_ do end return 1';
			const script = server?.command('EVAL', busy, '0');
			await script;
			await delay(15_000);
		},
	},
];
