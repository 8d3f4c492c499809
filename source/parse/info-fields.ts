import type {InfoReply} from '../domain/info-reply.js';
import {numberOf} from './reply-values.js';

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
		const calls = numberOf(values.get('calls'));
		const usec = numberOf(values.get('usec'));
		if (field.startsWith('cmdstat_') && calls !== undefined && usec !== undefined) {
			const rejectedCalls = numberOf(values.get('rejected_calls'));
			commands.set(field.slice(8), {calls, usec, rejectedCalls, failedCalls: numberOf(values.get('failed_calls'))});
		}
	}

	return commands;
}

/** `# Errorstats`: error replies by their first word. Empty when the section was not sent (before Redis 6.2). */
export function errorStats(info: InfoReply): Map<string, number> {
	const errors = new Map<string, number>();
	for (const [field, text] of info.fields('errorstats')) {
		const count = numberOf(keyValues(text).get('count'));
		if (field.startsWith('errorstat_') && count !== undefined) {
			errors.set(field.slice(10), count);
		}
	}

	return errors;
}

/** The replicas that a node serves, in its own order. A line without address, port or state is left out. */
export const replicaLines = (info: InfoReply): readonly ReplicaLine[] => info.once(readReplicaLines);

function readReplicaLines(info: InfoReply): readonly ReplicaLine[] {
	const replicas: ReplicaLine[] = [];
	for (const [, text] of info.numbered('replication', 'slave')) {
		const values = keyValues(text);
		const host = values.get('ip');
		const port = numberOf(values.get('port'));
		const state = values.get('state');
		if (host !== undefined && port !== undefined && state !== undefined) {
			const offset = numberOf(values.get('offset'));
			const lagSeconds = numberOf(values.get('lag'));
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
		const keys = numberOf(values.get('keys'));
		if (keys !== undefined) {
			const expires = numberOf(values.get('expires'));
			rows.push({database: Number(field.slice(2)), keys, expires, avgTtlMs: numberOf(values.get('avg_ttl'))});
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
