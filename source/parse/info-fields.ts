import type {InfoReply} from '../domain/info-reply.js';
import {plausibleNumber} from '../domain/plausible-number.js';
import {numberOf} from './reply-values.js';

/** A count, size or age from a part of a line of INFO. Undefined for a number that is not plausible for the field. */
function partNumber(field: string, text: string | undefined): number | undefined {
	const value = numberOf(text);
	return value === undefined ? undefined : plausibleNumber(field, value);
}

/** One command's line of `# Commandstats`. Its counters run since the server's start or the last CONFIG RESETSTAT. */
export type CommandCounters = {
	readonly calls: number;
	/** Microseconds that all calls of the command took together. */
	readonly usec: number;
	/** Calls that the server refused before they ran (Redis 6.2 and later; undefined before). */
	readonly rejectedCalls: number | undefined;
	/** Calls that ran and returned an error (Redis 6.2 and later; undefined before). */
	readonly failedCalls: number | undefined;
};

/** One `slaveN:` line of INFO: a replica as its primary reports it. */
export type ReplicaLine = {
	/** The replica's IP address, IPv6 without brackets, or the name that the replica announces. */
	readonly host: string;
	readonly port: number;
	/**
	The replica's state as its primary prints it: `online`, `wait_bgsave` or `send_bulk`; Valkey 8 adds `bg_transfer`.
	*/
	readonly state: string;
	/** The replication offset that the replica has acknowledged, in bytes; 0 while the replica is not online. */
	readonly offset: number | undefined;
	/** Seconds since the replica's last acknowledgement. This does not tell how far the replica's data is behind. */
	readonly lagSeconds: number | undefined;
	/** The connection's type in Valkey 8.0 and later: `replica`, `main-channel`, `rdb-channel`. */
	readonly type: string | undefined;
};

export type KeyspaceRow = {
	readonly database: number;
	readonly keys: number;
	readonly expires: number | undefined;
	/**
	The server's estimate of the mean time to live, over a sample of keys, in milliseconds; 0 while it has no estimate.
	*/
	readonly avgTtlMs: number | undefined;
	/** Keys with hash fields that expire: `subexpiry` (Redis 7.4), `keys_with_volatile_items` (Valkey 9.0). */
	readonly fieldExpiryKeys: number | undefined;
};

/** Parses `keys=1,expires=0` to values by name. A part without `=` is left out. */
export function keyValues(text: string): Map<string, string> {
	const values = new Map<string, string>();
	for (const part of text.split(',')) {
		const equals = part.indexOf('=');
		if (equals > 0) {
			values.set(part.slice(0, equals), part.slice(equals + 1));
		}
	}

	return values;
}

/**
One value of `keys=1,expires=0`, by its name; undefined if there is none. The counters of all commands are read with each
poll. `keyValues` would allocate a map and two strings a value for each of them.
*/
function valueIn(text: string, name: string): string | undefined {
	for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
		const end = at + name.length;
		if (text.charCodeAt(end) === equalsSign && (at === 0 || text.charCodeAt(at - 1) === comma)) {
			const next = text.indexOf(',', end);
			return text.slice(end + 1, next === -1 ? undefined : next);
		}
	}

	return undefined;
}

const equalsSign = 61;
const comma = 44;

/**
The counters of `# Commandstats` by command, lower case as printed: `get`, `config|get`. Empty when the server did not
send the section.
*/
export const commandStats = (info: InfoReply): ReadonlyMap<string, CommandCounters> => info.once(readCommandStats);

function readCommandStats(info: InfoReply): Map<string, CommandCounters> {
	const commands = new Map<string, CommandCounters>();
	// `for…of` would allocate three objects for each command in code that V8 has not optimized.
	info.fields('commandstats').forEach((text, field) => {
		const calls = partNumber('calls', valueIn(text, 'calls'));
		const usec = partNumber('usec', valueIn(text, 'usec'));
		if (field.startsWith('cmdstat_') && calls !== undefined && usec !== undefined) {
			const rejectedCalls = partNumber('rejected_calls', valueIn(text, 'rejected_calls'));
			const failedCalls = partNumber('failed_calls', valueIn(text, 'failed_calls'));
			commands.set(field.slice(8), {calls, usec, rejectedCalls, failedCalls});
		}
	});
	return commands;
}

/**
Marks that a server puts among the error codes once it has counted 128 codes and no longer counts new codes. Seen: Redis
7.0.15, Valkey 8.
*/
const uncountedMarks = {none: 'ERRORSTATS_DISABLED', newOnes: 'ERRORSTATS_OVERFLOW'} as const;

/**
Which error replies a server still counts by code. `all`: every code. `listed`: only codes that are in the list already.
`none`: no code.
*/
export type ErrorCounting = 'all' | 'listed' | 'none';

export function errorCounting(info: InfoReply): ErrorCounting {
	const section = info.fields('errorstats');
	const isMarked = (mark: string) => section.has(`errorstat_${mark}`);
	return isMarked(uncountedMarks.none) ? 'none' : isMarked(uncountedMarks.newOnes) ? 'listed' : 'all';
}

const marks: ReadonlySet<string> = new Set(Object.values(uncountedMarks));

/**
The number of error replies by their first word, from `# Errorstats`. Empty when the server did not send the section
(before Redis 6.2).
*/
export function errorStats(info: InfoReply): Map<string, number> {
	const errors = new Map<string, number>();
	info.fields('errorstats').forEach((text, field) => {
		const count = partNumber('count', valueIn(text, 'count'));
		const code = field.slice(10);
		if (field.startsWith('errorstat_') && count !== undefined && !marks.has(code)) {
			errors.set(code, count);
		}
	});
	return errors;
}

/**
The replicas that a node serves, in the server's order. A line without address, port or state is left out. Stream
readers are left out too; see `streamReaders`.
*/
export const replicaLines = (info: InfoReply): readonly ReplicaLine[] => info.once(readReplicas);

/**
Tools that read the replication stream but are no servers: a backup, a migration, `redis-cli --replica`. They announce
no port, so the server lists them with port 0. They send no acknowledgements, and the server keeps them connected all
the same.
*/
export const streamReaders = (info: InfoReply): readonly ReplicaLine[] => info.once(readStreamReaders);

/**
The number of connected replicas: `connected_slaves` minus the stream readers. Undefined when INFO has no such field.
*/
export function connectedReplicas(info: InfoReply): number | undefined {
	const connected = info.number('replication', 'connected_slaves');
	return connected === undefined || connected === 0 ? connected : Math.max(0, connected - streamReaders(info).length);
}

const isStreamReader = ({port}: ReplicaLine): boolean => port === 0;
const readReplicas = (info: InfoReply) => readReplicaLines(info).filter(line => !isStreamReader(line));
const readStreamReaders = (info: InfoReply) => readReplicaLines(info).filter(isStreamReader);

function readReplicaLines(info: InfoReply): readonly ReplicaLine[] {
	const replicas: ReplicaLine[] = [];
	for (const [, text] of info.numbered('replication', 'slave')) {
		const values = keyValues(text);
		const host = values.get('ip');
		const port = numberOf(values.get('port'));
		const state = values.get('state');
		if (host !== undefined && port !== undefined && state !== undefined) {
			const offset = partNumber('offset', values.get('offset'));
			const lagSeconds = partNumber('lag', values.get('lag'));
			replicas.push({host, port, state, offset, lagSeconds, type: values.get('type')});
		}
	}

	return replicas;
}

/** The databases that hold keys, by number, as `# Keyspace` lists them. */
export function keyspace(info: InfoReply): KeyspaceRow[] {
	const rows: KeyspaceRow[] = [];
	for (const [field, text] of info.numbered('keyspace', 'db')) {
		const values = keyValues(text);
		const keys = partNumber('keys', values.get('keys'));
		if (keys !== undefined) {
			const expires = partNumber('expires', values.get('expires'));
			const avgTtlMs = partNumber('avg_ttl', values.get('avg_ttl'));
			const withFields = values.get('subexpiry') ?? values.get('keys_with_volatile_items');
			const fieldExpiryKeys = partNumber('subexpiry', withFields);
			rows.push({database: Number(field.slice(2)), keys, expires, avgTtlMs, fieldExpiryKeys});
		}
	}

	return rows;
}

/**
The number of keys in all databases, and the number of keys that have a time to live. Both are 0 for a server without
keys, which sends an empty section.
*/
export function keyTotals(info: InfoReply): {readonly keys: number; readonly expiring: number} {
	let keys = 0;
	let expiring = 0;
	for (const row of keyspace(info)) {
		keys += row.keys;
		expiring += row.expires ?? 0;
	}

	return {keys, expiring};
}
