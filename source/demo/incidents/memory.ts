import {setTimeout as delay} from 'node:timers/promises';
import {systemClock} from '../../domain/clock.js';
import {LoadError} from '../resp.js';
import {newOrders, playApi} from './applications.js';
import type {Incident} from './incident.js';
import type {Stage, StageServer} from './stage.js';

async function serverUntilFull(stage: Stage, policy: string) {
	const server = await stage.server({
		name: 'server',
		configuration: ['maxmemory 12mb', `maxmemory-policy ${policy}`],
	});
	playApi(stage, server);
	return {
		server,
		async fill() {
			stage.application({server, name: 'order-import', pauseMs: 20, next: newOrders(200, 1000)});
			await stage.until('a refused write', () => refuses(server, 'OOM'));
			await delay(1000);
		},
	};
}

/** Whether the server refuses a write with this error code. */
export async function refuses(server: StageServer, code: string): Promise<boolean> {
	const reply = await server.send('SET', 'probe', 'value');
	// Rules name the client of refused writes by the last command of each client. This PING replaces SET as the last
	// command, so that rules don't name this connection.
	await server.send('PING');
	return reply instanceof LoadError && reply.message.startsWith(code);
}

export const memoryFull: Incident = {
	expected: {exitCode: 2, verdict: /refuses writes \(OOM\)/, rules: ['mem.oom critical', 'mem.max critical']},
	async prepare(stage) {
		return (await serverUntilFull(stage, 'noeviction')).fill;
	},
};

export const noTtl: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuses writes \(OOM\): can evict nothing: no key has a TTL/,
		rules: ['mem.policy_noop warning', 'mem.oom critical'],
	},
	async prepare(stage) {
		return (await serverUntilFull(stage, 'volatile-lru')).fill;
	},
};

export const evictions: Incident = {
	expected: {
		exitCode: 2,
		verdict: /evicts keys at .*: most writes are SET/,
		rules: ['mem.evict_storm critical'],
		client: 'order-import',
	},
	async prepare(stage) {
		const server = await stage.server({
			name: 'server',
			configuration: ['maxmemory 24mb', 'maxmemory-policy allkeys-lru'],
		});
		playApi(stage, server);
		return async () => {
			stage.application({server, name: 'order-import', pauseMs: 20, next: newOrders(200, 1000)});
			await stage.until(
				'evictions of a second',
				async () => Number((await server.info('stats')).get('evicted_keys')) > 5000,
			);
		};
	},
};

/** Number of keys that expire in the same millisecond. The server needs some seconds to expire them. */
const waveKeys = 800_000;
/**
Number of keys that one script writes. Such a script takes about a millisecond, so it does not appear in the slow log.
*/
const chunkKeys = 1000;
const warmScript = "for i = 1, tonumber(ARGV[1]) do redis.call('SET', ARGV[2] .. i, 'x', 'PXAT', ARGV[3]) end return 1";

export const massExpiry: Incident = {
	// Expiry is normal work of a cache. The finding only explains slowness, so its severity is info.
	expected: {rules: ['key.mass_expiry info']},
	async prepare(stage) {
		const server = await stage.server({name: 'server'});
		playApi(stage, server);
		return async () => {
			const expired = async () => Number((await server.info('stats')).get('expired_keys'));
			const client = await stage.client(server, 'cache-warmer');
			let wave = 0;
			const writeWave = async () => {
				wave += 1;
				const atMs = systemClock.now() + 4000;
				for (let first = 0; first < waveKeys; first += chunkKeys) {
					await client.send([['EVAL', warmScript, 0, chunkKeys, `page:${wave}:${first}:`, atMs]]);
				}
			};
			stage.repeat(20_000, writeWave);
			await stage.until('the first wave', async () => (await expired()) > 50_000);
		};
	},
};
