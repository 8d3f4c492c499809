import type {InfoReply} from '../domain/info-reply.js';
import {plausibleNumber} from '../domain/plausible-number.js';
import {numberOf} from './reply-values.js';

/** A count, size or age within a line; undefined for a value that none can have. */
function partNumber(field: string, text: string | undefined): number | undefined {
	const value = numberOf(text);
	return value === undefined ? undefined : plausibleNumber(field, value, () => undefined);
}

/** One command's line of `# Commandstats`; counters since the start or the last CONFIG RESETSTAT. */
export type CommandCounters = {
	readonly calls: number;
	/** Microseconds inside the command, all calls together. */
	readonly usec: number;
	/** Refused before it ran (Redis ≥ 6.2). */
	readonly rejectedCalls: number | undefined;
	/** Ran and answered with an error (Redis ≥ 6.2). */
	readonly failedCalls: number | undefined;
};

/** One `slaveN:` line: a replica as its primary sees it. */
export type ReplicaLine = {
	/** An IPv6 address comes without brackets; a name when the replica announces one. */
	readonly host: string;
	readonly port: number;
	/** `online`, `wait_bgsave`, `send_bulk`; Valkey 8 adds `bg_transfer`. */
	readonly state: string;
	/** What the replica has acknowledged; 0 while it is not online. */
	readonly offset: number | undefined;
	/** Seconds since its last acknowledgement, not how far its data is behind. */
	readonly lagSeconds: number | undefined;
	/** Valkey ≥ 8.0: `replica`, `main-channel`, `rdb-channel`. */
	readonly type: string | undefined;
};

export type KeyspaceRow = {
	readonly database: number;
	readonly keys: number;
	readonly expires: number | undefined;
	/** The server's estimate over a sample of keys, milliseconds; 0 while it has none. */
	readonly avgTtlMs: number | undefined;
};

/** `keys=1,expires=0` as names and values. A part without `=` is left out. */
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

/** `# Commandstats` by command, lower case as printed: `get`, `config|get`. Empty when the section was not sent. */
export function commandStats(info: InfoReply): Map<string, CommandCounters> {
	const commands = new Map<string, CommandCounters>();
	for (const [field, text] of info.fields('commandstats')) {
		const values = keyValues(text);
		const calls = partNumber('calls', values.get('calls'));
		const usec = partNumber('usec', values.get('usec'));
		if (field.startsWith('cmdstat_') && calls !== undefined && usec !== undefined) {
			const rejectedCalls = partNumber('rejected_calls', values.get('rejected_calls'));
			const failedCalls = partNumber('failed_calls', values.get('failed_calls'));
			commands.set(field.slice(8), {calls, usec, rejectedCalls, failedCalls});
		}
	}

	return commands;
}

/** What stands among the codes once a server stops counting new ones, after 128 of them: Redis 7.0.15, Valkey 8. */
const uncountedMarks = {none: 'ERRORSTATS_DISABLED', newOnes: 'ERRORSTATS_OVERFLOW'} as const;

/** Which error replies a server still counts by kind. `listed`: no code that is not on its list yet. */
export type ErrorCounting = 'all' | 'listed' | 'none';

export function errorCounting(info: InfoReply): ErrorCounting {
	const section = info.fields('errorstats');
	const isMarked = (mark: string) => section.has(`errorstat_${mark}`);
	return isMarked(uncountedMarks.none) ? 'none' : isMarked(uncountedMarks.newOnes) ? 'listed' : 'all';
}

const marks: ReadonlySet<string> = new Set(Object.values(uncountedMarks));

/** `# Errorstats`: error replies by their first word. Empty when the section was not sent (before Redis 6.2). */
export function errorStats(info: InfoReply): Map<string, number> {
	const errors = new Map<string, number>();
	for (const [field, text] of info.fields('errorstats')) {
		const count = partNumber('count', keyValues(text).get('count'));
		const code = field.slice(10);
		if (field.startsWith('errorstat_') && count !== undefined && !marks.has(code)) {
			errors.set(code, count);
		}
	}

	return errors;
}

/**
The replicas that a node serves, in its own order. A line without address, port or state is left out, and so is a stream
reader.
*/
export const replicaLines = (info: InfoReply): readonly ReplicaLine[] => info.once(readReplicas);

/**
Tools that read the replication stream without being a server: a backup, a migration, `redis-cli --replica`. The server lists
them with port 0, since they announce none. They acknowledge nothing, and no server drops them for that.
*/
export const streamReaders = (info: InfoReply): readonly ReplicaLine[] => info.once(readStreamReaders);

/** `connected_slaves` without the stream readers in it; undefined where the server does not say it. */
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

/** The databases that hold keys, as printed: by number. */
export function keyspace(info: InfoReply): KeyspaceRow[] {
	const rows: KeyspaceRow[] = [];
	for (const [field, text] of info.numbered('keyspace', 'db')) {
		const values = keyValues(text);
		const keys = partNumber('keys', values.get('keys'));
		if (keys !== undefined) {
			const expires = partNumber('expires', values.get('expires'));
			const avgTtlMs = partNumber('avg_ttl', values.get('avg_ttl'));
			rows.push({database: Number(field.slice(2)), keys, expires, avgTtlMs});
		}
	}

	return rows;
}

/** Keys over all databases, and those of them that have a time to live. A server without keys sends an empty section. */
export function keyTotals(info: InfoReply): {readonly keys: number; readonly expiring: number} {
	let keys = 0;
	let expiring = 0;
	for (const row of keyspace(info)) {
		keys += row.keys;
		expiring += row.expires ?? 0;
	}

	return {keys, expiring};
}
