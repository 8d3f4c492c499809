import assert from 'node:assert/strict';
import test from 'node:test';
import {findingText} from '../../source/rules/finding.js';
import {replicaBufferLimit} from '../../source/rules/replica-buffer-limit.js';
import {repBacklog, repLagAck, repLagBytes, repObuf} from '../../source/rules/replication-lag.js';
import {
	repDiscTotal,
	repDualchannel,
	repFullsyncStorm,
	repIoStale,
	repLinkDown,
	repState,
	repSync,
} from '../../source/rules/replication-link.js';
import {
	repDiverged,
	repLost,
	repMaxmem,
	repMinGood,
	repNone,
	repWritable,
} from '../../source/rules/replication-setup.js';
import type {FleetFacts} from '../../source/rules/rule.js';
import {clientOf, recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowMs = factsOf({}).nowMs;
const mega = 1024 * 1024;
const replication = (fields: Sections[string]): Sections => ({replication: fields});
const asReplica = (fields: Sections[string], rest: FactsParts = {}): FactsParts => ({
	...rest,
	info: replication({role: 'slave', master_host: '10.0.1.9', master_port: 6379, ...fields}),
	record: {...rest.record, role: 'replica'},
});
const settling: FactsParts['watch'] = {roleChangedAtMs: nowMs - 5000};

testRule(repLinkDown, [
	['up', asReplica({master_link_status: 'up'}), 'clear'],
	['for a moment', asReplica({master_link_status: 'down', master_link_down_since_seconds: 4}), 'info'],
	[
		'for long',
		asReplica({master_link_status: 'down', master_link_down_since_seconds: 20}),
		'warning',
		/lost its primary 10.0.1.9:6379 20s ago/,
	],
	['for very long', asReplica({master_link_status: 'down', master_link_down_since_seconds: 61}), 'critical'],
	['while it copies', asReplica({master_link_status: 'down', master_sync_in_progress: 1}), 'clear'],
	[
		'never was, yet',
		asReplica({master_link_status: 'down', master_link_down_since_seconds: -1}),
		'info',
		/no link .* yet/,
	],
	[
		'never was, for long',
		asReplica({master_link_status: 'down', master_link_down_since_seconds: -1}, {heldSeconds: 70}),
		'critical',
	],
	['a primary has none', {info: replication({role: 'master'})}, 'clear'],
	['not said', asReplica({}), 'absent'],
]);

const heard = (seconds: number, status = 'up') =>
	asReplica({master_link_status: status, master_last_io_seconds_ago: seconds});
testRule(repIoStale, [
	['just now', heard(1), 'clear'],
	['an idle primary’s ping', heard(10), 'clear'],
	['silent', heard(15), 'warning'],
	['frozen', heard(31), 'critical'],
	['down is another rule’s', heard(-1, 'down'), 'clear'],
	['not said', asReplica({master_link_status: 'up'}), 'absent'],
]);

testRule(repSync, [
	['no', asReplica({master_sync_in_progress: 0}), 'clear'],
	[
		'some of it',
		asReplica({master_sync_in_progress: 1, master_sync_read_bytes: 50, master_sync_total_bytes: 200}),
		'info',
		/25% of 200B/,
	],
	[
		'without disk',
		asReplica({master_sync_in_progress: 1, master_sync_read_bytes: 50, master_sync_total_bytes: 0}),
		'info',
		/50B so far/,
	],
	['for long', asReplica({master_sync_in_progress: 1}, {heldSeconds: 700}), 'warning'],
	['not said', asReplica({}), 'absent'],
]);

/** A primary at offset `written` whose one replica has acknowledged `offset`. */
const behind = (written: number, offset: number, state = 'online', lag = 0): Sections =>
	replication({
		role: 'master',
		connected_slaves: 1,
		master_repl_offset: written,
		repl_backlog_size: 10 * mega,
		slave0: `ip=10.0.1.12,port=6379,state=${state},offset=${offset},lag=${lag}`,
	});
testRule(repLagBytes, [
	['nothing', {info: behind(5000, 5000), earlier: behind(4000, 4000)}, 'clear'],
	['what is under way', {info: behind(60_000, 0), earlier: behind(60_000, 0)}, 'clear'],
	['half a second', {info: behind(5 * mega, 4 * mega), earlier: behind(3 * mega, 2 * mega)}, 'clear'],
	[
		'ten seconds',
		{info: behind(6 * mega, mega), earlier: behind(5 * mega, 0.5 * mega)},
		'warning',
		/10.0.1.12:6379 is 5.00M behind/,
	],
	['a minute', {info: behind(6 * mega, mega), earlier: behind(5 * mega, 0.9 * mega)}, 'critical'],
	['it takes nothing', {info: behind(6 * mega, mega), earlier: behind(5 * mega, mega)}, 'warning', /takes nothing/],
	['more than the backlog', {info: behind(60 * mega, mega), earlier: behind(50 * mega, 0.9 * mega)}, 'critical'],
	[
		'more than the backlog, and quick',
		{info: behind(60 * mega, 40 * mega), earlier: behind(40 * mega, 20 * mega)},
		'clear',
	],
	['while it copies', {info: behind(60 * mega, 0, 'send_bulk'), earlier: behind(50 * mega, 0, 'send_bulk')}, 'clear'],
	[
		'just after a failover',
		{info: behind(60 * mega, mega), earlier: behind(50 * mega, 0.9 * mega), watch: settling},
		'pending',
	],
	['the first sample', {info: behind(60 * mega, mega)}, 'pending'],
]);

testRule(repLagAck, [
	['a second', {info: behind(5, 5, 'online', 1)}, 'clear'],
	['six', {info: behind(5, 5, 'online', 6)}, 'warning'],
	['eleven', {info: behind(5, 5, 'online', 11)}, 'critical', /10.0.1.12:6379 has not acknowledged for 11s/],
	['while it copies', {info: behind(5, 5, 'wait_bgsave', 60)}, 'clear'],
	['just after a failover', {info: behind(5, 5, 'online', 11), watch: settling}, 'pending'],
]);

testRule(repState, [
	['online', {info: behind(5, 5)}, 'clear'],
	['waiting', {info: behind(5, 5, 'wait_bgsave')}, 'warning', /wait_bgsave/],
	['no replica', {info: replication({role: 'master'})}, 'clear'],
]);

const serving = (count: number): Sections => replication({role: 'master', connected_slaves: count});
testRule(repLost, [
	['as many as ever', {info: serving(2), past: [serving(2), serving(2)]}, 'clear'],
	['one less', {info: serving(1), past: [serving(2), serving(2), serving(1)]}, 'critical', /lost 1 of 2/],
	['one more', {info: serving(3), past: [serving(2)]}, 'clear'],
	['just after a failover', {info: serving(1), past: [serving(2), serving(1)], watch: settling}, 'pending'],
	['nothing of before is known', {info: serving(0)}, 'clear'],
	['not said', {info: replication({role: 'master'})}, 'absent'],
]);

const follower = recordFrom({
	address: '10.0.1.12:6379',
	role: 'replica',
	info: replication({master_host: '10.0.1.11', master_port: 6379}),
});
testRule(repNone, [
	['one follows', {info: serving(1), nodes: [follower]}, 'clear'],
	['none, and one is meant to', {info: serving(0), nodes: [follower]}, 'info'],
	['single by design', {info: serving(0)}, 'clear'],
	['not said', {info: replication({role: 'master'})}, 'absent'],
]);

const copies = (full: number, refused: number, replicas = 1): Sections => ({
	stats: {sync_full: full, sync_partial_err: refused},
	replication: {role: 'master', connected_slaves: replicas},
});
testRule(repFullsyncStorm, [
	['none', {info: copies(1, 0), past: [copies(1, 0), copies(1, 0)]}, 'clear'],
	['again and again', {info: copies(4, 2), past: [copies(1, 0), copies(2, 1)]}, 'critical', /3 full copies/],
	['new replicas', {info: copies(3, 0, 3), past: [copies(0, 0, 0), copies(2, 0, 2)]}, 'clear'],
	['one that returns after a restart', {info: copies(1, 1, 1), past: [copies(0, 0, 1), copies(1, 1, 1)]}, 'clear'],
	['not said', {info: {stats: {}}}, 'absent'],
]);

const written = (offset: number, size: number, replicas = 1): Sections =>
	replication({role: 'master', connected_slaves: replicas, master_repl_offset: offset, repl_backlog_size: size});
testRule(repBacklog, [
	['enough', {info: written(2000, 100 * mega), earlier: written(1000, 100 * mega)}, 'clear'],
	[
		'the default and a busy primary',
		{info: written(11 * mega, mega), earlier: written(mega, mega)},
		'info',
		/covers 0s of writes/,
	],
	[
		'advice counts where it was asked for',
		{info: written(11 * mega, mega), earlier: written(mega, mega), settings: {isStrict: true}},
		'warning',
	],
	['nobody follows', {info: written(11 * mega, mega, 0), earlier: written(mega, mega, 0)}, 'clear'],
	['idle', {info: written(mega, mega), earlier: written(mega, mega)}, 'clear'],
	['the first sample', {info: written(mega, mega)}, 'pending'],
]);

test('the replicas’ limit in client-output-buffer-limit', () => {
	assert.equal(replicaBufferLimit('normal 0 0 0 slave 1000 10 60 pubsub 5 5 5'), 1000);
	assert.equal(replicaBufferLimit('replica 0 0 0'), 0);
	assert.equal(replicaBufferLimit(undefined), 256 * mega);
	assert.equal(replicaBufferLimit('nonsense'), 256 * mega);
});

const queued = (bytes: number): FactsParts => ({
	info: serving(1),
	record: {clients: {atMs: nowMs, value: [clientOf({id: 4, flags: 'S', outputBufferBytes: bytes * mega})]}},
});
testRule(repObuf, [
	['little', queued(1), 'clear'],
	['half of the limit', queued(140), 'warning', /140M waiting, 55%/],
	['no limit', {...queued(140), config: {'client-output-buffer-limit': 'slave 0 0 0'}}, 'clear'],
	[
		'nobody may list clients',
		{
			info: serving(1),
			record: {blind: [{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM', grant: '+client|list'}]},
		},
		'denied',
	],
	['nobody listed them', {info: serving(1)}, 'pending'],
	['no replica', {info: serving(0)}, 'clear'],
]);

testRule(repMinGood, [
	['enough', {info: replication({min_slaves_good_slaves: 2}), config: {'min-replicas-to-write': '1'}}, 'clear'],
	[
		'too few',
		{info: replication({min_slaves_good_slaves: 0}), config: {'min-replicas-to-write': '1'}},
		'critical',
		/0 good replicas of 1/,
	],
	['the setting is not in use', {info: replication({})}, 'clear'],
	[
		'refused writes are counted',
		{info: {errorstats: {errorstat_NOREPLICAS: 'count=4'}}, earlier: {errorstats: {errorstat_NOREPLICAS: 'count=1'}}},
		'critical',
	],
]);

testRule(repWritable, [
	['read-only', asReplica({slave_read_only: 1}), 'clear'],
	['writable', asReplica({slave_read_only: 0}), 'warning'],
	['not said', asReplica({}), 'absent'],
]);

const primary = recordFrom({address: '10.0.1.9:6379', info: {memory: {used_memory: 500}}});
const limited = (limit: number, nodes = [primary]): FactsParts => {
	const facts = asReplica({}, {nodes});
	return {...facts, info: {...facts.info, memory: {maxmemory: limit}}};
};
testRule(repMaxmem, [
	['as large', limited(600), 'clear'],
	['smaller', limited(400), 'warning'],
	['no limit', limited(0), 'clear'],
	['the primary is not known', limited(400, []), 'clear'],
	['not said', asReplica({}), 'absent'],
]);

testRule(repDiscTotal, [
	['the first try', asReplica({master_current_sync_attempts: 1}), 'clear'],
	['the fifth', asReplica({master_current_sync_attempts: 5}), 'info'],
	['before 8.2', asReplica({}), 'absent'],
]);

testRule(repDualchannel, [
	['little', asReplica({replicas_repl_buffer_size: 0}), 'clear'],
	['most of the limit', asReplica({replicas_repl_buffer_size: 200 * mega}), 'warning'],
	['as Redis 8 calls it', asReplica({replica_full_sync_buffer_size: 200 * mega}), 'warning'],
	['not said', asReplica({}), 'absent'],
]);

const [a, b, c] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;
const none = '0'.repeat(40);
const history = (address: string, now: string, before: string) =>
	factsOf({record: {address}, info: replication({role: 'master', master_replid: now, master_replid2: before})});
const diverged = (deployment: FleetFacts['deployment'], ...nodes: ReadonlyArray<ReturnType<typeof factsOf>>) => {
	return repDiverged.evaluate(
		{
			nodes: new Map(nodes.map(node => [node.address, node])),
			deployment,
			nowMs,
		},
		() => 0,
	);
};

test('rep.diverged: a replica that was promoted beside its primary', () => {
	const found = diverged('replicated', history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, a));
	assert.equal(found.length, 1);
	assert.equal(found[0]?.node, '10.0.1.1:1');
	assert.match(found[0]?.kind === 'fires' ? findingText(found[0]) : '', /10\.0\.1\.2:1/);
});

test('rep.diverged: two that were promoted from one', () => {
	assert.equal(diverged('replicated', history('10.0.1.1:1', a, c), history('10.0.1.2:1', b, c)).length, 1);
});

test('rep.diverged: unrelated servers and clusters are none of it', () => {
	assert.deepEqual(diverged('standalone', history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, none)), []);
	assert.deepEqual(diverged('cluster', history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, a)), []);
	assert.deepEqual(diverged('standalone', history('10.0.1.1:1', a, none)), []);
});
