import type {LoadCommand} from '../load-client.js';
import type {Stage, StageServer} from './stage.js';

let written = 0;

/**
Returns commands that fill a server's memory: SET of `count` new keys without a TTL, each with a value of `bytes` bytes.
*/
export const newOrders = (count: number, bytes: number) => (): readonly LoadCommand[] =>
	Array.from({length: count}, () => {
		written += 1;
		return ['SET', `order:${written}`, 'x'.repeat(bytes)];
	});

/**
Starts an application that sends about 400 commands a second: SET and GET of 500 session keys. In a cluster, the hash
tag `tag` keeps all keys on this server.
*/
export function playApi(stage: Stage, server: StageServer, name = 'api-1', tag = ''): void {
	let turn = 0;
	stage.application({
		server,
		name,
		pauseMs: 50,
		next: () =>
			Array.from({length: 10}, () => {
				turn += 1;
				return ['SET', `session:${tag}${turn % 500}`, 'x'.repeat(100)];
			}).flatMap((write): LoadCommand[] => [write as LoadCommand, ['GET', `session:${tag}${turn % 500}`]]),
	});
}

const fillScript = "for i = 1, tonumber(ARGV[1]) do redis.call('SET', ARGV[2] .. i, 'value') end return 1";

/** Writes small keys with scripts, 50,000 keys per call. This makes a large data set within a second or two. */
export async function fill(server: StageServer, keys: number): Promise<void> {
	for (let first = 0; first < keys; first += 50_000) {
		await server.send('EVAL', fillScript, 0, Math.min(50_000, keys - first), `item:${first}:`);
	}

	// The script must not appear in the slow log, because it is no part of the incident.
	await server.send('SLOWLOG', 'RESET');
}
