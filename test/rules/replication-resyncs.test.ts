import assert from 'node:assert/strict';
import test from 'node:test';
import type {LogEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {repFlapping} from '../../source/rules/replication-flapping.js';
import {repDiscTotal, repDualchannel, repFullsyncStorm} from '../../source/rules/replication-resyncs.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {emptyHost, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const mega = 1024 * 1024;
const noReply = {...refusedConnection, code: 'TIMEOUT'};
const asReplica = (fields: Sections[string], rest: FactsParts = {}): FactsParts => ({
	...rest,
	info: {replication: {role: 'slave', master_host: '10.0.1.9', master_port: 6379, ...fields}},
	record: {role: 'replica'},
});

const resyncs = (full: number, refused: number, replicas = 1): Sections => ({
	stats: {sync_full: full, sync_partial_err: refused},
	replication: {role: 'master', connected_slaves: replicas},
});
/** A replica of the node, which started so many seconds ago. */
const replicaUpFor = (seconds: number) =>
	recordFrom({
		address: `10.0.1.${seconds % 97}:6379`,
		role: 'replica',
		info: {
			server: {uptime_in_seconds: seconds},
			replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379},
		},
	});
/** The same at 10.0.1.2, without a link to the node. */
const unlinkedFor = (seconds: number) =>
	recordFrom({
		address: '10.0.1.2:6379',
		role: 'replica',
		info: {
			server: {uptime_in_seconds: seconds},
			replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379, master_link_status: 'down'},
		},
	});
/** The log of a replica that gave up a full resync five seconds ago. */
const gaveUp: LogEvidence = {
	source: '/var/log/redis.log',
	lines: [],
	remarks: [
		{
			id: 'sync-timeout',
			severity: 'warning',
			meaning: '-',
			rules: ['rep.fullsync_storm'],
			line: 'Timeout receiving bulk data from MASTER',
			count: 1,
			atMs: nowMs - 5000,
		},
	],
};
/** The log of a replica whose disk is full. */
const unstored: LogEvidence = {
	...gaveUp,
	remarks: gaveUp.remarks.map(remark => ({...remark, id: 'primary-data-unstored'})),
};
/** Three partial resyncs that the log says were refused this many seconds ago. */
const refusedAt = (secondsAgo: number) => ({
	id: 'no-partial-resync',
	severity: 'warning' as const,
	meaning: '-',
	count: 3,
	atMs: factsOf({}).nowMs - secondsAgo * 1000,
});
const withBacklog = (full: number, refused: number, offset: number): Sections => ({
	...resyncs(full, refused),
	replication: {role: 'master', connected_slaves: 1, master_repl_offset: offset, repl_backlog_size: 65_536},
	server: {uptime_in_seconds: 300},
});
testRule(repFullsyncStorm, [
	['none', {info: resyncs(1, 0), past: [resyncs(1, 0), resyncs(1, 0)]}, 'clear'],
	[
		'one after the other',
		{info: resyncs(4, 2), past: [resyncs(1, 0), resyncs(2, 1)]},
		'critical',
		/^gave its replicas 3 full resyncs, within ten minutes$/,
	],
	['new replicas', {info: resyncs(3, 0, 3), past: [resyncs(0, 0, 0), resyncs(2, 0, 2)]}, 'clear'],
	[
		'a replica that returns after a restart of the primary',
		{info: resyncs(1, 1, 1), past: [resyncs(0, 0, 1), resyncs(1, 1, 1)]},
		'clear',
	],
	['not in INFO', {info: {stats: {}}}, 'absent'],
	[
		'refused partial resyncs since a start some minutes ago',
		{info: {...resyncs(5, 4), server: {uptime_in_seconds: 300}}, past: [resyncs(5, 4)]},
		'critical',
		/^gave its replicas 4 full resyncs, within ten minutes$/,
	],
	[
		'a young primary has given its one replica eight full resyncs: the replica restarts again and again',
		{
			info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
			past: [resyncs(8, 0)],
			record: {address: '10.0.1.11:6379', role: 'primary'},
			nodes: [replicaUpFor(2)],
		},
		'critical',
		/^gave its replicas 6 full resyncs, within ten minutes: replica 10\.0\.1\.2:6379 started 2s ago: does it end again and again\?$/,
	],
	[
		'the same, and the replica has been up for a while without a link',
		{
			info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
			past: [resyncs(8, 0)],
			record: {address: '10.0.1.11:6379', role: 'primary'},
			nodes: [unlinkedFor(20)],
		},
		'critical',
		/: replica 10\.0\.1\.2:6379 has no link: does each end early\?$/,
	],
	[
		'the same, and the replica restarted a moment ago',
		{
			info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
			past: [resyncs(8, 0)],
			record: {address: '10.0.1.11:6379', role: 'primary'},
			nodes: [unlinkedFor(2)],
		},
		'critical',
		/started 2s ago: does it end again and again\?$/,
	],
	[
		'the same, and the log of the replica says that it gave up',
		{
			info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
			past: [resyncs(8, 0)],
			record: {address: '10.0.1.11:6379', role: 'primary'},
			nodes: [{...replicaUpFor(2), host: {atMs: nowMs, value: {...emptyHost, log: gaveUp}}}],
		},
		'critical',
		/: replica 10\.0\.1\.2:6379 gives them up: no data comes for its repl-timeout$/,
	],
	[
		'the same, and the log of the replica says that it cannot store the data',
		{
			info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
			past: [resyncs(8, 0)],
			record: {address: '10.0.1.11:6379', role: 'primary'},
			nodes: [{...replicaUpFor(2), host: {atMs: nowMs, value: {...emptyHost, log: unstored}}}],
		},
		'clear',
	],
	[
		'the same, and the replica does not answer now',
		{
			info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
			past: [resyncs(8, 0)],
			record: {address: '10.0.1.11:6379', role: 'primary'},
			nodes: [{...replicaUpFor(4000), failure: refusedConnection}],
		},
		'critical',
		/: replica 10\.0\.1\.23:6379 does not answer now: does it end again and again\?$/,
	],
	[
		'a young primary whose two replicas were each restarted once',
		{info: {...resyncs(4, 0, 2), server: {uptime_in_seconds: 60}}, past: [resyncs(4, 0, 2)]},
		'clear',
	],
	[
		'refused partial resyncs since a start long ago',
		{info: {...resyncs(5, 4), server: {uptime_in_seconds: 90_000}}, past: [resyncs(5, 4)]},
		'clear',
	],
	[
		'its log tells of partial resyncs that it refused',
		{
			info: {...resyncs(5, 4), server: {uptime_in_seconds: 90_000}},
			past: [resyncs(5, 4)],
			host: {log: {source: 'log', lines: [], remarks: [], happened: [refusedAt(60)]}},
		},
		'critical',
	],
	[
		'its log tells of those of an hour ago',
		{
			info: {...resyncs(5, 4), server: {uptime_in_seconds: 90_000}},
			past: [resyncs(5, 4)],
			host: {log: {source: 'log', lines: [], remarks: [], happened: [refusedAt(3600)]}},
		},
		'clear',
	],
	[
		'two replicas that were restarted one after the other',
		{info: resyncs(4, 2, 2), past: [resyncs(2, 0, 2), resyncs(4, 2, 2)], nodes: [replicaUpFor(100), replicaUpFor(200)]},
		'clear',
	],
	[
		'a failover by Sentinel, and then a replica that restarts',
		{
			info: resyncs(4, 2, 1),
			past: [resyncs(1, 0, 1), resyncs(2, 1, 2), resyncs(3, 2, 2)],
			watch: {roleChangedAtMs: nowMs - 45_000},
			nodes: [{...replicaUpFor(70), failure: refusedConnection, lastReplyAtMs: nowMs - 3000}, replicaUpFor(71)],
		},
		'clear',
	],
	[
		'two replicas that started just before a change of role was seen, and got their resync after it',
		{
			info: resyncs(4, 2, 2),
			past: [resyncs(2, 0, 2), resyncs(4, 2, 2)],
			watch: {roleChangedAtMs: nowMs - 10_000},
			nodes: [replicaUpFor(25), replicaUpFor(26)],
		},
		'clear',
	],
	[
		'two replicas, one of which gave no reply in time while it loaded its data',
		{
			info: resyncs(3, 1, 1),
			past: [resyncs(1, 0, 2), resyncs(3, 1, 1)],
			nodes: [{...replicaUpFor(900), failure: noReply, failingSinceMs: nowMs - 5000}, replicaUpFor(71)],
		},
		'clear',
	],
	[
		'two replicas, one of which has given no reply for long',
		{
			info: resyncs(4, 1, 1),
			past: [resyncs(1, 0, 2), resyncs(4, 1, 1)],
			nodes: [{...replicaUpFor(900), failure: noReply, failingSinceMs: nowMs - 60_000}, replicaUpFor(71)],
		},
		'critical',
	],
	[
		'two replicas that were restarted long ago',
		{
			info: resyncs(4, 2, 2),
			past: [resyncs(2, 0, 2), resyncs(4, 2, 2)],
			nodes: [replicaUpFor(1000), replicaUpFor(700)],
		},
		'critical',
		/^gave its replicas 2 full resyncs/,
	],
	[
		'a former primary, whose replicas follow another node',
		{
			info: {
				stats: {sync_full: 2, sync_partial_err: 2},
				replication: {role: 'slave', connected_slaves: 0},
				server: {uptime_in_seconds: 300},
			},
			record: {role: 'replica'},
		},
		'clear',
	],
	[
		'replicas that were primaries before, one of which was removed',
		{info: {...resyncs(2, 2, 0), server: {uptime_in_seconds: 300}}, past: [resyncs(2, 2, 2)]},
		'clear',
	],
	[
		'a former primary that is one again, and gets its replicas back',
		{
			info: resyncs(4, 2, 2),
			past: [resyncs(2, 0, 2), resyncs(2, 0, 2), resyncs(2, 0, 0), resyncs(4, 2, 2)],
			watch: {roleChangedAtMs: nowMs - 15_000},
		},
		'clear',
	],
	[
		'resyncs again and again after a failover',
		{
			info: resyncs(7, 5, 2),
			past: [resyncs(2, 0, 2), resyncs(2, 0, 0), resyncs(4, 2, 2), resyncs(7, 5, 2)],
			watch: {roleChangedAtMs: nowMs - 25_000},
		},
		'critical',
		/^gave its replicas 3 full resyncs/,
	],
	[
		'the backlog is too small for the writes',
		{
			info: withBacklog(5, 4, 3 * mega),
			earlier: withBacklog(5, 4, mega),
			past: [resyncs(5, 4)],
		},
		'critical',
		/ full resyncs, within ten minutes: its backlog of 64\.0K covers less than a second of writes$/,
	],
]);

const partial = (resynced: number, replicas = 1): Sections => ({
	stats: {sync_partial_ok: resynced},
	replication: {role: 'master', connected_slaves: replicas},
});
/** The same, with the lines of the linked replicas. */
const withLinks = (resynced: number, ...hosts: readonly string[]): Sections => ({
	...partial(resynced, hosts.length),
	replication: {
		role: 'master',
		connected_slaves: hosts.length,
		...Object.fromEntries(
			hosts.map((host, index) => [`slave${index}`, `ip=${host},port=6379,state=online,offset=10,lag=1`]),
		),
	},
});

/** A log with so many links to a replica that ended within so many seconds, the last one `agoSeconds` ago. */
const breaksInLog = (breaks: number, withinSeconds: number, agoSeconds = 2): LogEvidence => {
	const lastMs = nowMs - agoSeconds * 1000;
	const kind = {id: 'replica-lost', severity: 'info', meaning: '-', count: breaks} as const;
	return {
		source: '/var/log/redis.log',
		lines: [],
		remarks: [{...kind, rules: ['rep.lost'], line: 'Connection with replica 10.0.1.13:6379 lost.', atMs: lastMs}],
		happened: [{...kind, atMs: lastMs - withinSeconds * 1000}],
	};
};

testRule(repFlapping, [
	['none', {info: partial(1), past: [partial(1), partial(1)]}, 'clear'],
	[
		'every few seconds',
		{info: partial(9), past: [partial(2), partial(4), partial(7)]},
		'warning',
		/^has a link to a replica that breaks again and again, 7 partial resyncs within two minutes$/,
	],
	[
		'every few seconds, with one replica',
		{
			info: withLinks(9, '10.0.1.12'),
			past: [withLinks(2, '10.0.1.12'), withLinks(4, '10.0.1.12'), withLinks(7, '10.0.1.12')],
		},
		'warning',
		/^has a link to replica 10\.0\.1\.12:6379 that breaks again and again, 7 partial resyncs within two minutes$/,
	],
	[
		'every few seconds, at the first look, by the log',
		{info: withLinks(40, '10.0.1.12', '10.0.1.13'), host: {log: breaksInLog(9, 100)}},
		'warning',
		/^has a link to replica 10\.0\.1\.13:6379 that breaks again and again, 9 partial resyncs within two minutes$/,
	],
	[
		'every minute, at the first look, by the log',
		{info: withLinks(40, '10.0.1.12', '10.0.1.13'), host: {log: breaksInLog(9, 600)}},
		'clear',
	],
	[
		'links that ended, with no partial resync after them',
		{info: withLinks(0, '10.0.1.12', '10.0.1.13'), host: {log: breaksInLog(9, 100)}},
		'clear',
	],
	[
		'links that ended minutes ago',
		{info: withLinks(40, '10.0.1.12', '10.0.1.13'), host: {log: breaksInLog(9, 100, 180)}},
		'clear',
	],
	[
		'one for each of six replicas, after a failover',
		{info: partial(6, 6), past: [partial(0, 6), partial(6, 6)]},
		'clear',
	],
	['a day ago', {info: partial(90), past: [partial(90), partial(90)]}, 'clear'],
	['not in INFO', {info: {stats: {}}}, 'absent'],
]);

testRule(repDualchannel, [
	['little', asReplica({replicas_repl_buffer_size: 0}), 'clear'],
	[
		'most of the limit',
		asReplica({replicas_repl_buffer_size: 200 * mega}),
		'warning',
		/^buffers 200M of writes during a full resync, 78% of the limit$/,
	],
	['by the name that Redis 8 gives it', asReplica({replica_full_sync_buffer_size: 200 * mega}), 'warning'],
	[
		'no limit',
		asReplica({replicas_repl_buffer_size: 200 * mega}, {config: {'client-output-buffer-limit': 'replica 0 0 0'}}),
		'clear',
	],
	['not in INFO', asReplica({}), 'absent'],
]);

testRule(repDiscTotal, [
	['the first attempt', asReplica({master_current_sync_attempts: 1}), 'clear'],
	['the fifth', asReplica({master_current_sync_attempts: 5}), 'info', /^needs 5 attempts for one resync$/],
	['before 8.2', asReplica({}), 'absent'],
]);

test('full resyncs that end early are no reason for a larger backlog', () => {
	const storm = (node: ReturnType<typeof replicaUpFor>): FactsParts => ({
		info: {...resyncs(8, 0), server: {uptime_in_seconds: 60}},
		past: [resyncs(8, 0)],
		record: {address: '10.0.1.11:6379', role: 'primary'},
		nodes: [node],
	});
	const unlinked = firingOf(repFullsyncStorm, storm(unlinkedFor(20)));
	assert.equal(unlinked.action, undefined);
	assert.match(messageText(unlinked.next[0]?.text ?? ''), /^read the log of 10\.0\.1\.2:6379/);
	assert.equal(firingOf(repFullsyncStorm, storm(replicaUpFor(2))).action, 'set-repl-backlog');
});
