import type {SlowlogHistory} from '../derive/node-record.js';
import {memoizeByRef} from '../domain/memoize.js';
import {message, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {mebibyte} from '../domain/threshold.js';
import {count, milliseconds, percent, seconds} from '../text/units.js';
import {clientName, otherClients} from './client-names.js';
import {clientRows, replicaCount} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const flushes: ReadonlySet<string> = new Set(['flushall', 'flushdb', 'swapdb']);

/** A command that emptied a database, with the client that sent it. */
export type Flush = {
	/** The command in capital letters. */
	readonly command: string;
	readonly client: ReturnType<typeof clientName>;
	readonly agoSeconds: number;
	/** The time that the command took, in microseconds; known from the slow log alone. */
	readonly tookMicroseconds?: number;
};

/**
The client that emptied a database last. Only clients count whose last command emptied a database. Undefined if CLIENT
LIST shows no such client.
*/
function listedFlush(facts: NodeFacts): Flush | undefined {
	const [last] = otherClients(facts)
		.filter(({command}) => flushes.has(command.toLowerCase()))
		.toSorted((one, other) => one.idleSeconds - other.idleSeconds);
	// The list is some seconds old, and the client was idle for as long.
	const listedSeconds = Math.max(0, Math.round((facts.nowMs - (facts.record.clients?.atMs ?? facts.nowMs)) / 1000));
	return (
		last && {
			command: last.command.toUpperCase(),
			client: clientName(last),
			agoSeconds: last.idleSeconds + listedSeconds,
		}
	);
}

const loggedIn = memoizeByRef(({entries}: SlowlogHistory): SlowlogEntry | undefined =>
	entries.find(
		({arguments: [command = ''], clientName: name}) => flushes.has(command.toLowerCase()) && name !== 'redis-top',
	),
);

/** The server's clock, in milliseconds since the epoch. */
const serverMs = (facts: NodeFacts): number =>
	(facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;

/** The newest command of the slow log that emptied a database. Its connection may have ended since. */
function loggedFlush(facts: NodeFacts): Flush | undefined {
	const log = facts.record.slowlog?.value;
	const entry = log && loggedIn(log);
	if (entry === undefined) {
		return undefined;
	}

	const {
		arguments: [command = ''],
		clientName: name,
		clientAddress,
		atMs,
		durationMicroseconds,
	} = entry;
	return {
		command: command.toUpperCase(),
		client: nameOf('client', name || clientAddress || 'a client'),
		agoSeconds: Math.max(0, Math.round((serverMs(facts) - atMs) / 1000)),
		tookMicroseconds: durationMicroseconds,
	};
}

/** The command that emptied a database last, as CLIENT LIST and the slow log show it; undefined if neither has one. */
export function lastFlush(facts: NodeFacts): Flush | undefined {
	const [listed, logged] = [listedFlush(facts), loggedFlush(facts)];
	// The slow log knows of the same command when it ran and how long it took.
	return listed === undefined || (logged !== undefined && logged.agoSeconds <= listed.agoSeconds + 2) ? logged : listed;
}

/** The seconds since the last save that wrote a file; undefined if the server has written no RDB file since its start. */
function savedAgoSeconds(facts: NodeFacts): number | undefined {
	const savedSeconds = facts.number('persistence', 'rdb_last_save_time');
	const started = serverMs(facts) / 1000 - (facts.number('server', 'uptime_in_seconds') ?? 0);
	// A server that never saved gives its start time.
	return savedSeconds === undefined || savedSeconds <= started + 2 ? undefined : serverMs(facts) / 1000 - savedSeconds;
}

/**
The steps to get the keys back. FLUSHALL saves the empty data set at once where save points are set, so that the RDB file
has nothing of the keys (server source db.c, flushAllDataAndResetRDB).
*/
export function flushSteps(facts: NodeFacts, {command, agoSeconds}: Pick<Flush, 'command' | 'agoSeconds'>) {
	const save = facts.setting('save');
	const [folder, name] = [facts.setting('dir'), facts.setting('dbfilename')];
	const path = folder && name ? `${folder}/${name}` : undefined;
	const shown = path === undefined ? message`the RDB file` : message`${nameOf('path', path)}`;
	if (facts.number('persistence', 'aof_enabled') === 1) {
		return [
			redisCli(facts, 'CONFIG SET auto-aof-rewrite-percentage 0   # a rewrite would discard the writes from before'),
			hint(
				`copy the append-only file away and delete the ${command} near its end; then SHUTDOWN NOSAVE and start from it`,
			),
		];
	}

	const savedAgo = savedAgoSeconds(facts);
	if (command === 'FLUSHALL' && save !== undefined && save !== '') {
		return [
			hint(message`restore a backup: with save points FLUSHALL saves at once, and ${shown} has none of the keys`),
		];
	}

	if (savedAgo !== undefined && savedAgo < agoSeconds) {
		return [hint(message`restore a backup: a save since then has replaced ${shown}, without the keys`)];
	}

	return [
		...(save === '' ? [] : [redisCli(facts, 'CONFIG SET save ""   # the next save would replace the RDB file')]),
		...(path === undefined
			? [hint('copy the RDB file away')]
			: [onHost(message`cp ${quotedName('path', path)} ${quotedName('path', `${path}.before-flush`)}`)]),
		hint(
			message`${shown} is ${savedAgo === undefined ? 'from before the start, if there is one' : `${seconds(savedAgo)} old`}: to go back to it, SHUTDOWN NOSAVE, then start`,
		),
	];
}

/** Least reads per second from which the share of misses is told. */
const fewestReads = 5;

/** Share of the reads that find nothing now; undefined where too few clients read. */
function missShare(facts: NodeFacts): number | undefined {
	const misses = facts.perSecond('stats', 'keyspace_misses') ?? 0;
	const reads = misses + (facts.perSecond('stats', 'keyspace_hits') ?? 0);
	return reads < fewestReads ? undefined : misses / reads;
}

/** Whether the node has replicas, which repeat what it deletes. */
export const hasReplicas = (facts: NodeFacts): boolean => (replicaCount.read(facts) ?? 0) > 0;

export const keyFlush = rule({
	id: 'key.flush',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads CLIENT LIST and the slow log. It fires where the last command of a connection was FLUSHALL, FLUSHDB or SWAPDB, or the slow log has one, within ten minutes. It is critical where most of the memory is free since then, and reads miss. So redis-top sees a deletion that happened before its start.',
		since: '2.4',
		falsePositives: [
			'A declared cache may be emptied on purpose. The finding is only info with `role = "cache"`.',
			'A connection that sends another command, or ends, no longer shows the deletion. The slow log shows it if it took long enough.',
			'An empty database may be emptied, or filled again since. An entry of the slow log counts only while the server holds far less memory than its peak.',
		],
	},
	thresholds: {
		recent: {value: 600, unit: 'seconds', source: 'then it is news no more'},
		freed: {value: mebibyte, unit: 'bytes', source: 'below the peak; buffers and scripts of an empty server take less'},
		misses: {value: 0.5, unit: 'share', source: 'of all reads: the clients miss most of what they ask for'},
	},
	raiseAfter: 1,
	roles: ['primary'],
	needs: {
		lists: {
			read: ({record}: NodeFacts) => record.clients ?? record.slowlog,
			missing: clientRows.missing,
		},
	},
	evaluate(_, facts, limits) {
		const flush = lastFlush(facts);
		if (flush === undefined || flush.agoSeconds > limits.recent) {
			return clear;
		}

		const {command, client, agoSeconds, tookMicroseconds} = flush;
		const peak = facts.number('memory', 'used_memory_peak') ?? 0;
		const used = facts.number('memory', 'used_memory') ?? Number.POSITIVE_INFINITY;
		if (listedFlush(facts) === undefined && peak - used < limits.freed) {
			return clear;
		}

		const calls = facts.record.commands.find(rate => rate.command === command.toLowerCase())?.calls ?? 0;
		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const missing = missShare(facts);
		// A database that held little, or is in use again, loses its clients nothing that a read would show.
		const isMissed =
			missing !== undefined && missing >= limits.misses && peak - used >= Math.max(limits.freed, peak / 2);
		return fires(facts.settings.isCache ? 'info' : isMissed ? 'critical' : 'warning', {
			problem: message`ran ${command} from ${client}`,
			detail: [
				`${seconds(agoSeconds)} ago`,
				...(calls > 1 ? [`${count(calls)} times since its start`] : []),
				...(keys === undefined ? [] : [`${count(keys)} ${keys === 1 ? 'key' : 'keys'} now`]),
				...(isMissed ? [`${percent(missing)} of reads miss`] : []),
			].join(', '),
			tells: 'moment',
			effect: 'data-lost',
			culprit: {client, command},
			evidence: [
				{name: 'client', value: message`${client}`},
				{name: 'ago', value: agoSeconds, unit: 'seconds'},
				...(tookMicroseconds === undefined
					? []
					: [{name: `slow log: ${command} took`, value: milliseconds(tookMicroseconds / 1000)}]),
				...(missing === undefined ? [] : [{name: 'miss share', value: missing, unit: 'share' as const}]),
				...(calls === 0 ? [] : [{name: `calls of ${command.toLowerCase()}`, value: calls, unit: 'count' as const}]),
			],
			meaning: hasReplicas(facts)
				? 'It emptied a database. The replicas lost the keys as well.'
				: 'It emptied a database.',
			next: [
				...flushSteps(facts, flush),
				hint('stop what sends it; a test or a job may have the wrong address'),
				redisCli(facts, 'INFO commandstats'),
			],
			// After a single command the keys come first. A client that sends it again and again empties what comes back.
			action: calls > 1 && listedFlush(facts) !== undefined ? 'client-kill' : undefined,
		});
	},
});

export const flushRules = [keyFlush] as const;
