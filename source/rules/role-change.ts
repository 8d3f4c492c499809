import type {NodeRecord} from '../derive/node-record.js';
import type {NextStep} from '../domain/finding.js';
import {message, type Name, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {commandStats} from '../parse/info-fields.js';
import {count} from '../text/units.js';
import {nodeFinder} from '../topology/replication-edges.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {defaultRuleSettings, type NodeFacts, quotedName} from './node-facts.js';

/** How a primary became a replica: when, by which client, and the line of the log that shows it. */
export type RoleChange = {
	readonly atMs: number;
	readonly by: Name | undefined;
	readonly line: string | undefined;
	/** Whether the log, or a poll before, shows that the node was a primary until then. */
	readonly wasPrimary: boolean;
	/** Whether the log tells that a Sentinel sent the REPLICAOF. */
	readonly isBySentinel: boolean;
};

/** Most milliseconds between the two lines that a server logs where REPLICAOF makes a primary a replica. */
const sameMomentMs = 2000;

/**
The change of a primary to a replica: by its log since its last start, else by redis-top's own polls. Undefined if neither
shows it. Example of the line: `REPLICAOF 10.0.0.2:6379 enabled (user request from 'id=7
addr=10.0.0.9:5000 … name=deploy …')`. Valkey replaces names by `*redacted*` there.
*/
export function roleChangeOf({record, memory, nowMs, sample}: NodeFacts): RoleChange | undefined {
	const host = record.host?.value;
	const log = host?.kind === 'here' ? host.log : undefined;
	const remarkOf = (wanted: string) => log?.remarks.find(({id}) => id === wanted);
	const remark = remarkOf('replicates');
	const startedAtMs = nowMs - (sample?.info.number('server', 'uptime_in_seconds') ?? 0) * 1000;
	if (remark?.atMs !== undefined && remark.atMs >= startedAtMs) {
		const [, request = ''] = /user request from '(.*)/.exec(remark.line) ?? [];
		const [, name = ''] = / name=([^\s*]\S*)/.exec(request) ?? [];
		const [, address] = / addr=(\S+)/.exec(request) ?? [];
		const by = name === '' ? address : name;
		// A replica that is given another primary logs REPLICAOF without the other line.
		const turnedAtMs = remarkOf('was-primary')?.atMs ?? Number.NEGATIVE_INFINITY;
		return {
			atMs: remark.atMs,
			by: by === undefined ? undefined : nameOf('client', by),
			line: remark.line,
			wasPrimary: memory.roleChangedAtMs !== undefined || Math.abs(remark.atMs - turnedAtMs) <= sameMomentMs,
			isBySentinel: name.startsWith('sentinel-'),
		};
	}

	return memory.roleChangedAtMs === undefined
		? undefined
		: {atMs: memory.roleChangedAtMs, by: undefined, line: undefined, wasPrimary: true, isBySentinel: false};
}

/** Whether a Sentinel is among the nodes. The search goes through all nodes, so it comes last. */
export const isUnderSentinel = ({nodes}: NodeFacts): boolean =>
	[...nodes.values()].some(({role}) => role === 'sentinel');

/** A Sentinel that answers, and the name that it gives the primary of a replica. */
export type WatchingSentinel = {readonly sentinel: NodeRecord; readonly group: string};

/**
A Sentinel that watches the primary of a replica. Sentinels make any server a replica of that primary that answers at an
address where they know one of its replicas: also a new server of others that has got this address.
*/
export function sentinelOfPrimary({nodes, primary}: NodeFacts): WatchingSentinel | undefined {
	if (primary === undefined) {
		return undefined;
	}

	const sameNode = nodeFinder(nodes);
	for (const sentinel of nodes.values()) {
		const watched = sentinel.failure === undefined ? (sentinel.sentinel?.value.primaries ?? []) : [];
		const group = watched.find(({address}) => sameNode(address) === primary.address);
		if (group !== undefined) {
			return {sentinel, group: group.name};
		}
	}

	return undefined;
}

/** Whether a replica was configured by a command since its start, and its primary was never promoted. */
export const isReplicaByCommand = ({record, primary, sample}: NodeFacts): boolean => {
	const stats = sample && commandStats(sample.info);
	const calls = (stats?.get('replicaof')?.calls ?? 0) + (stats?.get('slaveof')?.calls ?? 0);
	return record.role === 'replica' && calls > 0 && primary !== undefined && hasOwnHistory(primary);
};

/**
The steps that free a server from Sentinels which took it for a replica. Source: sentinel.c, sentinelRefreshInstanceInfo:
a Sentinel makes a known replica that reports to be a primary a replica again after four publish periods of 2 s.
*/
export const forgetAddressSteps = ({sentinel, group}: WatchingSentinel): readonly NextStep[] => [
	hint('within 8 s on each sentinel, or they make it a replica again; RESET lets them forget this address:'),
	redisCli({record: sentinel, settings: defaultRuleSettings}, `SENTINEL RESET ${group}`),
];

/**
Whether the history of a node has no earlier one. A promoted replica goes on with the history of its primary, and keeps
the offset of the change in this field. A full resync discards it.
*/
const hasOwnHistory = ({sample}: Pick<NodeFacts, 'sample'>): boolean =>
	sample?.info.number('replication', 'second_repl_offset') === -1;

/** Pattern of `master_replid2` on a server that never changed its history: only zeros. */
const noHistory = /^0*$/;

/** Whether a node goes on with the history of another primary, so that it was promoted at some time. */
export const wasPromoted = (facts: NodeFacts): boolean =>
	!noHistory.test(facts.text('replication', 'master_replid2') ?? '');

/** Milliseconds after a change of role in which it explains what clients miss. */
const recentMs = 3_600_000;

/**
The change by which a primary became a replica of a server with other data, whose replica it never was: REPLICAOF to a
wrong server. Undefined where the new primary was promoted before, as in a planned failover, and in clusters.
*/
export function changeToOtherData(facts: NodeFacts): RoleChange | undefined {
	const {record, primary, nowMs} = facts;
	const isInCluster =
		facts.number('cluster', 'cluster_enabled') === 1 || record.clusterNodes !== undefined || record.role !== 'replica';
	if (isInCluster || primary?.role !== 'primary' || primary.failure !== undefined || !hasOwnHistory(primary)) {
		return undefined;
	}

	const isLinked = facts.text('replication', 'master_link_status') === 'up';
	const change = isLinked && !hasOwnHistory(facts) ? undefined : roleChangeOf(facts);
	if (change?.wasPrimary !== true || nowMs - change.atMs >= recentMs) {
		return undefined;
	}

	// Sentinels fail over to a promoted node. Its history is gone if the node was started again since.
	const upMs = (primary.sample?.info.number('server', 'uptime_in_seconds') ?? 0) * 1000;
	return isUnderSentinel(facts) && upMs <= nowMs - change.atMs ? undefined : change;
}

/** Whether a server neither saves by itself nor has an append-only file. */
export const keepsNothing = (facts: NodeFacts): boolean =>
	facts.setting('save') === '' && facts.number('persistence', 'aof_enabled') === 0;

/** Where the keys are that a replica discarded in the full resync after `atMs`, as next steps. */
export function discardedKeys(facts: NodeFacts, atMs: number): readonly NextStep[] {
	const host = facts.record.host?.value;
	const rdb = host?.kind === 'here' ? host.dataFiles?.rdb : undefined;
	if (rdb !== undefined && rdb.modifiedAtMs < atMs) {
		const path = quotedName('path', rdb.path);
		return [
			onHost(message`cp -a ${path} ${path}.keep`),
			hint('that RDB file is from before, with its own keys: copy it before a save replaces it'),
		];
	}

	return [
		hint(
			keepsNothing(facts)
				? 'its own keys were in memory alone: restore them from a backup, or let the applications write them again'
				: 'its own keys are in a backup, if there is one: a full resync replaces the RDB file, too',
		),
	];
}

/** The steps that keep what is left of the lost keys on disk. */
export const keepSteps = (facts: NodeFacts): readonly NextStep[] => [
	hint(
		keepsNothing(facts)
			? 'restore a backup (an RDB file from before), or let the applications fill it again: it keeps nothing on disk'
			: 'keep the RDB file and the append-only files: copy them away before a save replaces them',
	),
];

/**
The steps that let a replica copy all keys of its primary again. REPLICAOF NO ONE gives it a history of its own, which the
primary does not know, so that the next link begins with a full resync.

@param keys The number of keys that the primary has.
*/
export const copySteps = (facts: NodeFacts, address: NodeAddress, keys: number): readonly NextStep[] => [
	hint(message`full resync from ${nodeName(address)}, which has ${count(keys)} keys; nothing is lost:`),
	redisCli(facts, 'REPLICAOF NO ONE'),
	redisCli(
		facts,
		message`REPLICAOF ${quotedName('host', facts.text('replication', 'master_host') ?? 'HOST')} ${facts.text('replication', 'master_port') ?? 'PORT'}`,
	),
	redisCli(facts, 'CONFIG SET replica-read-only yes'),
];
