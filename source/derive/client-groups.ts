import type {ClientRow, ClientTraffic} from '../domain/client.js';
import {sumOfRates} from './client-rates.js';

export type ClientGrouping = 'name' | 'address' | 'user' | 'library';

export const clientGroupings: readonly ClientGrouping[] = ['name', 'address', 'user', 'library'];

/** All clients that share a name, an address, a user or a library. */
export type ClientGroup = {
	readonly key: string;
	readonly count: number;
	/** Sum of `tot-mem` over the group's clients, in bytes; undefined where the server doesn't print that field. */
	readonly totalMemoryBytes: number | undefined;
	/** Sum of `omem` over the group's clients, in bytes. */
	readonly outputBufferBytes: number | undefined;
	/** Number of the group's clients that sent no command for longer than `idleAfterSeconds`. */
	readonly idleCount: number;
	/** Sum of the rates of the group's clients; undefined where the server doesn't count the traffic of clients. */
	readonly perSecond: ClientTraffic | undefined;
};

/** Time without a command after which a connection counts as idle, in seconds. */
export const idleAfterSeconds = 60;

export const isGrouping = (text: string | undefined): text is ClientGrouping =>
	clientGroupings.some(grouping => grouping === text);

/** Groups the clients. The largest group comes first; groups of equal size are in the order of their names. */
export function clientGroups(clients: readonly ClientRow[], grouping: ClientGrouping): ClientGroup[] {
	const groups = new Map<string, ClientRow[]>();
	for (const client of clients) {
		const key = groupOf(client, grouping);
		const members = groups.get(key);
		if (members === undefined) {
			groups.set(key, [client]);
		} else {
			members.push(client);
		}
	}

	return [...groups]
		.map(([key, members]) => ({
			key,
			count: members.length,
			totalMemoryBytes: sumOf(members, client => client.totalMemoryBytes),
			outputBufferBytes: sumOf(members, client => client.outputBufferBytes),
			idleCount: members.filter(({idleSeconds}) => idleSeconds > idleAfterSeconds).length,
			perSecond: sumOfRates(members),
		}))
		.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

export function groupOf(client: ClientRow, grouping: ClientGrouping): string {
	switch (grouping) {
		case 'name':
			return (
				client.name ||
				(client.flags.includes('S') ? '(replica)' : client.flags.includes('M') ? '(primary)' : '(no name)')
			);
		case 'address':
			return hostOf(client.address) || '-';
		case 'user':
			return client.user || '-';
		case 'library':
			return libraryOf(client);
	}
}

/**
The library and its version, such as `jedis 5.1.0`; `-` for a client that did not name its library (CLIENT SETINFO,
Redis ≥ 7.2).
*/
export function libraryOf({libraryName, libraryVersion}: ClientRow): string {
	return libraryName ? `${libraryName}${libraryVersion ? ` ${libraryVersion}` : ''}` : '-';
}

/**
A client's address without the port. Each connection has its own port, so addresses with ports would put each connection
into its own group.
*/
const hostOf = (address: string): string => address.replace(/:\d+$/, '');

function sumOf(clients: readonly ClientRow[], value: (client: ClientRow) => number | undefined): number | undefined {
	let sum: number | undefined;
	for (const client of clients) {
		const part = value(client);
		sum = part === undefined ? sum : (sum ?? 0) + part;
	}

	return sum;
}
