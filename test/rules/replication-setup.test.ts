import assert from 'node:assert/strict';
import test from 'node:test';
import type {Evaluation} from '../../source/domain/finding.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {findingText} from '../../source/rules/finding.js';
import {repLost, repMaxmem, repMinGood, repNone, repWritable} from '../../source/rules/replication-setup.js';
import type {FleetFacts} from '../../source/rules/rule.js';
import {repDiverged} from '../../source/rules/two-primaries.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowMs = factsOf({}).nowMs;
const replication = (fields: Sections[string]): Sections => ({replication: fields});
const asReplica = (fields: Sections[string], rest: FactsParts = {}): FactsParts => ({
	...rest,
	info: replication({role: 'slave', master_host: '10.0.1.9', master_port: 6379, ...fields}),
	record: {...rest.record, role: 'replica'},
});
const settling: FactsParts['watch'] = {roleChangedAtMs: nowMs - 5000};
const serving = (count: number): Sections => replication({role: 'master', connected_slaves: count});
/** One replica and a tool that reads the replication stream. */
const withReader = replication({
	role: 'master',
	connected_slaves: 2,
	slave0: 'ip=10.0.0.12,port=6379,state=online,offset=109195,lag=0',
	slave1: 'ip=10.0.0.7,port=0,state=online,offset=0,lag=31',
});

testRule(repLost, [
	['as many as before', {info: serving(2), past: [serving(2), serving(2)]}, 'clear'],
	['one less, just now', {info: serving(1), past: [serving(2), serving(2), serving(1)], heldSeconds: 5}, 'warning'],
	[
		'one less',
		{info: serving(1), past: [serving(2), serving(2), serving(1)], heldSeconds: 30},
		'critical',
		/^lost 1 of 2 replicas$/,
	],
	[
		'one less, and a node restarts',
		{
			info: serving(1),
			past: [serving(2)],
			heldSeconds: 20,
			nodes: [recordFrom({address: '10.0.1.12:6379', failure: refusedConnection, lastReplyAtMs: nowMs - 5000})],
		},
		'info',
	],
	[
		'two less, and one node restarts',
		{
			info: serving(0),
			past: [serving(2)],
			heldSeconds: 20,
			nodes: [recordFrom({address: '10.0.1.12:6379', reach: 'loading'})],
		},
		'warning',
	],
	[
		'one less, and a node is down for longer than a restart takes',
		{
			info: serving(1),
			past: [serving(2)],
			heldSeconds: 20,
			nodes: [recordFrom({address: '10.0.1.12:6379', failure: refusedConnection, lastReplyAtMs: nowMs - 15_000})],
		},
		'warning',
	],
	[
		'one less, and a node was removed from the cluster',
		{
			info: serving(1),
			past: [serving(2)],
			nodes: [
				recordFrom({
					address: '10.0.1.12:6379',
					origin: 'cluster',
					failure: refusedConnection,
					goneSinceMs: nowMs - 60_000,
				}),
			],
		},
		'clear',
	],
	['a stream reader came and went', {info: serving(1), past: [serving(1), withReader, serving(1)]}, 'clear'],
	['the only one left reads the stream', {info: withReader, past: [serving(2)]}, 'warning', /^lost 1 of 2 replicas$/],
	['one more', {info: serving(3), past: [serving(2)]}, 'clear'],
	['just after a failover', {info: serving(1), past: [serving(2), serving(1)], watch: settling}, 'pending'],
	['no earlier sample', {info: serving(0)}, 'clear'],
	[
		'its replicas follow the one that was promoted',
		{
			info: replication({role: 'master', connected_slaves: 0, master_replid: 'a'.repeat(40)}),
			past: [serving(2)],
			nodes: [
				recordFrom({address: '10.0.1.12:6379', info: replication({role: 'master', master_replid2: 'a'.repeat(40)})}),
			],
		},
		'pending',
	],
	[
		'another primary of another history',
		{
			info: replication({role: 'master', connected_slaves: 0, master_replid: 'a'.repeat(40)}),
			past: [serving(2)],
			nodes: [
				recordFrom({address: '10.0.1.12:6379', info: replication({role: 'master', master_replid2: '0'.repeat(40)})}),
			],
		},
		'warning',
	],
	['not in INFO', {info: replication({role: 'master'})}, 'absent'],
]);

test('rep.lost: a failover is impossible once the last replica is lost', () => {
	assert.equal(firingOf(repLost, {info: serving(0), past: [serving(2)]}).effect, 'failover-impossible');
	assert.equal(firingOf(repLost, {info: serving(1), past: [serving(2)]}).effect, undefined);
});

const expected = recordFrom({
	address: '10.0.1.12:6379',
	role: 'replica',
	info: replication({master_host: '10.0.1.11', master_port: 6379}),
});
testRule(repNone, [
	['one replica', {info: serving(1), nodes: [expected]}, 'clear'],
	[
		'no replica, and a node names it as its primary',
		{info: serving(0), nodes: [expected]},
		'info',
		/^has no replica now$/,
	],
	['just after a failover', {info: serving(0), nodes: [expected], watch: settling}, 'pending'],
	['a single server', {info: serving(0)}, 'clear'],
	['not in INFO', {info: replication({role: 'master'})}, 'absent'],
]);

test('rep.none: the finding names the node that should replicate from the primary', () => {
	const firing = firingOf(repNone, {info: serving(0), nodes: [expected]});
	assert.deepEqual(firing.nodes, ['10.0.1.11:6379', '10.0.1.12:6379']);
	assert.equal(evidenceOf(firing)['expected replica'], '<node 10.0.1.12:6379>');
	const [look] = firing.next;
	assert.equal(look && messageText(look.text, ({kind, name}) => `<${kind} ${name}>`), 'look at <node 10.0.1.12:6379>');
});

const tooFew = replication({min_slaves_good_slaves: 0});
const refused: FactsParts = {
	info: {errorstats: {errorstat_NOREPLICAS: 'count=4'}},
	earlier: {errorstats: {errorstat_NOREPLICAS: 'count=1'}},
};
/** The log of a server on this machine whose replica 10.0.1.12:6379 left 12 seconds ago. */
const lostByLog: NonNullable<FactsParts['host']> = {
	log: {
		source: '/var/log/redis.log',
		remarks: [
			{
				id: 'replica-lost',
				severity: 'info',
				rules: ['rep.lost'],
				meaning: '-',
				line: 'Connection with replica 10.0.1.12:6379 lost.',
				atMs: nowMs - 12_000,
				count: 1,
			},
		],
		ending: [],
		happened: [],
		starts: [],
	} as never,
};
const busyFailure = {
	layer: 'auth',
	code: 'BUSY',
	problem: 'runs a script and answers nothing else (BUSY)',
	reason: 'SCRIPT KILL ends it, unless it has written',
	state: 'busy',
} as const;
testRule(repMinGood, [
	['enough', {info: replication({min_slaves_good_slaves: 2}), config: {'min-replicas-to-write': '1'}}, 'clear'],
	[
		'too few',
		{info: tooFew, config: {'min-replicas-to-write': '1'}},
		'critical',
		/^refuses writes \(NOREPLICAS\): 0 of 1 needed replicas$/,
	],
	[
		'too few, and the log on this machine names the replica that left',
		{
			info: replication({min_slaves_good_slaves: 0, connected_slaves: 0}),
			config: {'min-replicas-to-write': '1'},
			host: lostByLog,
		},
		'critical',
		/^refuses writes \(NOREPLICAS\), 0 of 1 needed replicas: replica 10\.0\.1\.12:6379 left 12s ago$/,
	],
	[
		'too few, and the replica of the log is back but slow',
		{
			info: replication({
				min_slaves_good_slaves: 1,
				connected_slaves: 1,
				slave0: 'ip=10.0.1.12,port=6379,state=online,offset=5,lag=20',
			}),
			config: {'min-replicas-to-write': '2'},
			host: lostByLog,
		},
		'critical',
		/^refuses writes \(NOREPLICAS\), 1 of 2 needed replicas: replica 10\.0\.1\.12:6379 no longer acknowledges$/,
	],
	[
		'another replica is linked and slow: the one that left explains nothing',
		{
			info: replication({
				min_slaves_good_slaves: 0,
				connected_slaves: 1,
				slave0: 'ip=10.0.1.13,port=6379,state=online,offset=5,lag=20',
			}),
			config: {'min-replicas-to-write': '1'},
			host: lostByLog,
		},
		'critical',
		/^refuses writes \(NOREPLICAS\), 0 of 1 needed replicas: replica 10\.0\.1\.13:6379 no longer acknowledges$/,
	],
	[
		'the linked replica runs a script',
		{
			info: replication({
				min_slaves_good_slaves: 0,
				connected_slaves: 1,
				slave0: 'ip=10.0.1.13,port=6379,state=online,offset=5,lag=20',
			}),
			config: {'min-replicas-to-write': '1'},
			nodes: [recordFrom({address: '10.0.1.13:6379', role: 'replica', failure: busyFailure})],
		},
		'critical',
		/^refuses writes \(NOREPLICAS\), 0 of 1 needed replicas: replica 10\.0\.1\.13:6379 runs a script$/,
	],
	[
		'the linked replica acknowledged within the time that its setting allows',
		{
			info: replication({
				min_slaves_good_slaves: 0,
				connected_slaves: 1,
				slave0: 'ip=10.0.1.13,port=6379,state=online,offset=5,lag=20',
			}),
			config: {'min-replicas-to-write': '1', 'min-replicas-max-lag': '30'},
		},
		'critical',
		/^refuses writes \(NOREPLICAS\): 0 of 1 needed replicas$/,
	],
	['the setting is not in use', {info: replication({}), host: lostByLog}, 'clear'],
	['NOREPLICAS replies', refused, 'critical', /^refuses writes \(NOREPLICAS\): it has too few good replicas$/],
	[
		'NOREPLICAS replies, and the replicas are back',
		{
			info: {...refused.info, ...replication({min_slaves_good_slaves: 2})},
			earlier: refused.earlier ?? {},
			config: {'min-replicas-to-write': '2'},
		},
		'critical',
		/: it had too few good replicas a moment ago, and has 2 of 2 now$/,
	],
]);

/** INFO of a server that never had a replica. */
const lone: Sections = {
	server: {uptime_in_seconds: 86_400},
	stats: {sync_full: 0, sync_partial_ok: 0},
	replication: {
		role: 'master',
		connected_slaves: 0,
		min_slaves_good_slaves: 0,
		repl_backlog_active: 0,
		master_replid2: '0'.repeat(40),
	},
};
const wanting: FactsParts = {info: lone, config: {'min-replicas-to-write': '1'}};

test('rep.min_good: a server that never had a replica takes the setting back', () => {
	const firing = firingOf(repMinGood, wanting);
	assert.equal(findingText(firing), 'refuses writes (NOREPLICAS): min-replicas-to-write 1, no replica');
	const [first, second, ...others] = firing.next.map(({text}) => messageText(text));
	assert.match(first ?? '', /^set min-replicas-to-write to 0: it gives up that a replica has each write/);
	assert.match(second ?? '', /CONFIG SET min-replicas-to-write 0$/);
	assert.ok(others.some(step => step.includes('config file')));
});

test('rep.min_good: a server that may have had a replica gets it back first', () => {
	const first = (parts: FactsParts) => messageText(firingOf(repMinGood, {...wanting, ...parts}).next[0]?.text ?? '');
	const withInfo = (section: string, fields: Sections[string]): FactsParts => ({
		info: {...lone, [section]: {...lone[section], ...fields}},
	});
	for (const parts of [
		withInfo('stats', {sync_full: 1}),
		withInfo('replication', {repl_backlog_active: 1}),
		withInfo('replication', {master_replid2: 'a'.repeat(40)}),
		withInfo('server', {uptime_in_seconds: 5}),
		withInfo('cluster', {cluster_enabled: 1}),
		withInfo('commandstats', {cmdstat_replconf: 'calls=9,usec=9,usec_per_call=1.00'}),
		{nodes: [recordFrom({address: '10.0.2.1:26379', role: 'sentinel'})]},
		{
			nodes: [recordFrom({address: '10.0.1.12:6379', failure: refusedConnection})].map(node => ({
				...node,
				sample: undefined,
			})),
		},
		{record: {clients: {atMs: nowMs, value: [clientOf({id: 7, name: 'sentinel-1a2b3c4d-cmd'})]}}},
		{watch: {roleChangedAtMs: nowMs - 5000}},
		{host: lostByLog},
	] satisfies readonly FactsParts[]) {
		assert.match(first(parts), /^bring .* back/, JSON.stringify(parts).slice(0, 200));
	}
});

test('rep.min_good: the effect is refused writes', () => {
	assert.equal(firingOf(repMinGood, refused).effect, 'writes-refused');
});

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'rep.min_good': 'INFO has the field only while min-replicas-to-write is in use',
} as const;

test(`rep.min_good: never unknown: ${neverUnknown['rep.min_good']}`, () => {
	assert.equal(repMinGood.evaluate(factsOf({}), 0).kind, 'clear');
});

const writer = (name: string, command: string) => clientOf({id: 7, name, command, idleSeconds: 0});
/** A replica that accepts writes, with these clients. */
const writtenBy = (...clients: ReadonlyArray<ReturnType<typeof clientOf>>): FactsParts =>
	asReplica({slave_read_only: 0}, {record: {clients: {atMs: nowMs, value: clients}}});

testRule(repWritable, [
	['read-only', asReplica({slave_read_only: 1}), 'clear'],
	['writable', asReplica({slave_read_only: 0}), 'warning', /^is a replica that accepts writes: replica-read-only no$/],
	[
		'writable, and a client writes',
		writtenBy(writer('session-svc', 'setex'), writer('session-svc', 'setex'), writer('shop-web', 'get')),
		'warning',
		/^is a replica that takes writes of session-svc, SETEX: replica-read-only no$/,
	],
	[
		'several clients write',
		writtenBy(writer('a', 'set'), writer('b', 'del')),
		'warning',
		/^is a replica that takes writes of a and 1 more, DEL, SET: replica-read-only no$/,
	],
	[
		'who only reads, publishes, wrote long ago or replicates is no writer',
		writtenBy(
			writer('a', 'get'),
			writer('b', 'publish'),
			{...writer('c', 'set'), idleSeconds: 60},
			{...writer('', 'set'), flags: 'M'},
		),
		'warning',
		/^is a replica that accepts writes: replica-read-only no$/,
	],
	['not in INFO', asReplica({}), 'absent'],
]);

test('rep.writable: clients that write are sent to the primary before their writes get errors', () => {
	const {next, effect, culprit} = firingOf(repWritable, writtenBy(writer('session-svc', 'setex')));
	const steps = next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^let these clients write to 10\.0\.1\.9:6379/);
	assert.match(steps.at(-1) ?? '', /CONFIG SET replica-read-only yes$/);
	assert.match(steps.at(-2) ?? '', /READONLY errors/);
	const unknown = firingOf(repWritable, writtenBy()).next.map(({text}) => messageText(text));
	assert.match(unknown[0] ?? '', /^see who writes to it: panel 4 of this node; .* READONLY errors/);
	assert.match(unknown[1] ?? '', /CONFIG SET replica-read-only yes$/);
	assert.equal(effect, 'data-at-risk');
	assert.deepEqual([culprit?.client?.name, culprit?.command], ['session-svc', 'SETEX']);
});

const primary = recordFrom({address: '10.0.1.9:6379', info: {memory: {used_memory: 500}}});
const overLimit = recordFrom({address: '10.0.1.9:6379', info: {memory: {used_memory: 500, maxmemory: 490}}});
const limited = (limit: number, nodes = [primary]): FactsParts => {
	const facts = asReplica({}, {nodes});
	return {...facts, info: {...facts.info, memory: {maxmemory: limit}}};
};
testRule(repMaxmem, [
	['as large', limited(600), 'clear'],
	['smaller', limited(400), 'warning', /^has less maxmemory than its primary uses, 400B against 500B$/],
	['no limit', limited(0), 'clear'],
	['as large as the limit of its primary, which is over it', limited(490, [overLimit]), 'clear'],
	['smaller than the limit of its primary', limited(400, [overLimit]), 'warning'],
	['the primary is not known', limited(400, []), 'clear'],
	['not in INFO', asReplica({}), 'absent'],
]);

test('rep.maxmem: the finding concerns the primary as well', () => {
	assert.deepEqual(firingOf(repMaxmem, limited(400)).nodes, ['10.0.1.11:6379', '10.0.1.9:6379']);
});

const [a, b, c] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const;
const none = '0'.repeat(40);
const history = (address: string, now: string, before: string) =>
	factsOf({record: {address}, info: replication({role: 'master', master_replid: now, master_replid2: before})});
const diverged = (deployment: FleetFacts['deployment'], ...nodes: ReadonlyArray<ReturnType<typeof factsOf>>) =>
	repDiverged.evaluate({nodes: new Map(nodes.map(node => [node.address, node])), deployment, nowMs}, () => 0);
const textOf = (evaluation: Evaluation | undefined) =>
	evaluation?.kind === 'fires' ? findingText(evaluation) : evaluation?.kind;

test('rep.diverged: a replica promoted beside its primary is found', () => {
	const [found, ...others] = diverged('replicated', history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, a));
	assert.deepEqual(others, []);
	assert.equal(found?.node, '10.0.1.1:1');
	assert.equal(found?.subject, '10.0.1.2:1');
	assert.equal(textOf(found), 'and 10.0.1.2:1 are both primaries of the same data: they share a replication history');
	assert.deepEqual(found?.kind === 'fires' && found.nodes, ['10.0.1.1:1', '10.0.1.2:1']);
});

/** A primary with an uptime of 10 s, and what it has read from a primary since its start. */
const started = (before: string, read: number | undefined, rest: FactsParts = {}) =>
	factsOf({
		...rest,
		record: {address: '10.0.1.2:1'},
		info: {
			...replication({role: 'master', master_replid: b, master_replid2: before}),
			stats: read === undefined ? {} : {total_net_repl_input_bytes: read},
			server: {uptime_in_seconds: 10},
			persistence: {
				rdb_changes_since_last_save: 0,
				rdb_last_save_time: Math.floor(nowMs / 1000) - 10,
				...rest.info?.persistence,
			},
		},
	});
const sawReplica = (seconds: number): FactsParts => ({
	watch: {restartedAtMs: nowMs - seconds * 1000, roleBeforeRestart: 'replica', roleChangedAtMs: nowMs - seconds * 1000},
});

test('rep.diverged: a replica that started as a primary is told at once, with the way back', () => {
	const former = history('10.0.1.1:1', a, none);
	for (const [replica, name] of [
		[started(a, 0), 'its file has the history of the primary'],
		[started(a, 0, sawReplica(5)), 'redis-top saw its role change'],
		[started(a, undefined, sawReplica(5)), 'before 7.0, redis-top saw it as a replica'],
		[started(none, 0, sawReplica(5)), 'it had no RDB file'],
	] as const) {
		const [found] = diverged('replicated', former, replica);
		assert.equal(found?.node, '10.0.1.2:1', name);
		assert.equal(
			textOf(found),
			'started as a primary and no longer follows 10.0.1.1:1, 10s ago: no replicaof in its config file',
			name,
		);
		assert.ok(found?.kind === 'fires');
		assert.equal(found.severity, 'critical', name);
		assert.deepEqual(found.remedy, {node: '10.0.1.2:1', value: '10.0.1.1:1'});
		assert.match(messageText(found.next[0]?.text ?? ''), /-h 10\.0\.1\.2 -p 1 REPLICAOF 10\.0\.1\.1 1$/, name);
		assert.match(messageText(found.meaning), /It has accepted no write since its start\.$/, name);
	}

	const [wrote] = diverged(
		'replicated',
		former,
		started(a, 0, {info: {persistence: {rdb_changes_since_last_save: 7}}}),
	);
	assert.ok(wrote?.kind === 'fires');
	assert.match(messageText(wrote.meaning), /changed 7 times since its start; REPLICAOF discards that\.$/);
	assert.match(messageText(wrote.next[0]?.text ?? ''), /save its data first/);
	const [saved] = diverged(
		'replicated',
		former,
		started(a, 0, {info: {persistence: {rdb_last_save_time: Math.floor(nowMs / 1000) - 1}}}),
	);
	assert.ok(saved?.kind === 'fires');
	assert.doesNotMatch(messageText(saved.meaning), /no write/);
});

test('rep.diverged: a promoted replica and a restarted primary did not forget their primary', () => {
	const former = history('10.0.1.1:1', a, none);
	const both = /^and 10\.0\.1\.2:1 are both primaries/;
	assert.match(textOf(diverged('replicated', former, started(a, 4096))[0]) ?? '', both, 'it read from its primary');
	assert.match(textOf(diverged('replicated', former, started(a, undefined))[0]) ?? '', both, 'it cannot be known');
	assert.match(textOf(diverged('replicated', history('10.0.1.1:1', c, a), started(a, 0))[0]) ?? '', both);
	assert.deepEqual(diverged('replicated', former, started(none, 0)), [], 'two unrelated servers');
	assert.deepEqual(
		diverged('replicated', former, history('10.0.1.3:1', c, none), started(none, 0, sawReplica(5))),
		[],
		'its primary may be either of two',
	);
});

const promotion = [history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, a)];
const sentinelFor = (
	address: string,
	replica: string,
	flags: readonly string[],
	own: readonly string[] = [],
	epoch = 1,
) =>
	factsOf({
		record: {
			address: `10.0.1.9:${26_378 + epoch}`,
			role: 'sentinel',
			sentinel: {
				atMs: nowMs,
				value: {
					primaries: [
						{
							name: 'main',
							host: '10.0.1.1',
							port: 1,
							configEpoch: epoch,
							quorum: 2,
							replicaCount: 1,
							otherSentinels: 2,
							downAfterMs: 2000,
							failoverTimeoutMs: 10_000,
							sentinels: [],
							quorumCheck: undefined,
							address: address as NodeAddress,
							flags: new Set(['master', ...own]),
							replicas: [
								{
									address: replica as NodeAddress,
									host: replica,
									port: 1,
									flags: new Set(['slave', ...flags]),
									runId: undefined,
									linkStatus: 'ok',
									priority: 100,
								},
							],
						},
					],
				},
			},
		},
	});
const severityAfter = (seconds: number, ...nodes: ReadonlyArray<ReturnType<typeof factsOf>>) => {
	const fleet = {nodes: new Map(nodes.map(node => [node.address, node])), deployment: 'sentinel', nowMs} as const;
	const [found] = repDiverged.evaluate(fleet, () => seconds * 1000);
	return found?.kind === 'fires' ? found.severity : found?.kind;
};

test('rep.diverged: the finding is critical at once, but info for half a minute where a failover may be running', () => {
	const promoted = '10.0.1.2:1';
	const cases: ReadonlyArray<readonly [string, string, number, ReturnType<typeof factsOf> | undefined]> = [
		['no sentinel', 'critical', 0, undefined],
		['a sentinel is about to make the old primary a replica', 'info', 3, sentinelFor(promoted, '10.0.1.1:1', [])],
		['it does not', 'critical', 31, sentinelFor(promoted, '10.0.1.1:1', [])],
		['it does not reach it', 'critical', 3, sentinelFor(promoted, '10.0.1.1:1', ['s_down'])],
		['a failover', 'info', 3, sentinelFor('10.0.1.1:1', '10.0.1.7:1', [], ['failover_in_progress'])],
		['a sentinel of others', 'critical', 3, sentinelFor('10.0.1.6:1', '10.0.1.7:1', [])],
	];
	for (const [name, severity, seconds, sentinel] of cases) {
		assert.equal(severityAfter(seconds, ...promotion, ...(sentinel === undefined ? [] : [sentinel])), severity, name);
	}

	const changed = factsOf({
		record: {address: promoted},
		info: replication({role: 'master', master_replid: b, master_replid2: a}),
		watch: settling,
	});
	assert.equal(severityAfter(3, history('10.0.1.1:1', a, none), changed), 'info');
});

test('rep.diverged: of sentinels on both sides of a cut network, the newest epoch tells the primary', () => {
	const cutOff = sentinelFor('10.0.1.1:1', '10.0.1.2:1', ['s_down']);
	const others = sentinelFor('10.0.1.2:1', '10.0.1.1:1', ['s_down'], [], 2);
	const found = (...sentinels: ReadonlyArray<ReturnType<typeof factsOf>>) => {
		const nodes = new Map([...promotion, ...sentinels].map(node => [node.address, node]));
		const [firing] = repDiverged.evaluate({nodes, deployment: 'sentinel', nowMs}, () => 3000);
		assert.ok(firing?.kind === 'fires');
		return firing;
	};
	assert.match(
		findingText(found(cutOff, others)),
		/sentinels hold 10\.0\.1\.2:1, what 10\.0\.1\.1:1 takes will be lost$/,
	);
	assert.deepEqual(found(cutOff, others).remedy, {node: '10.0.1.1:1', value: '10.0.1.2:1'});
	assert.match(findingText(found(cutOff)), /they share a replication history$|sentinels hold 10\.0\.1\.1:1/);
});

/** The old primary, whose replicas have been silent for this long, and the promoted one, whose role has just changed. */
const partedAfter = (silentSeconds: number) => [
	factsOf({
		record: {address: '10.0.1.1:1'},
		info: replication({
			role: 'master',
			master_replid: a,
			master_replid2: none,
			master_repl_offset: 9000,
			connected_slaves: 1,
			slave0: `ip=10.0.1.2,port=1,state=online,offset=1000,lag=${silentSeconds}`,
		}),
	}),
	factsOf({
		record: {address: '10.0.1.2:1'},
		info: replication({role: 'master', master_replid: b, master_replid2: a}),
		watch: settling,
	}),
];

test('rep.diverged: an old primary whose replicas are all silent is cut off, and no failover turns it into a replica', () => {
	const sentinel = sentinelFor('10.0.1.2:1', '10.0.1.1:1', []);
	assert.equal(severityAfter(3, ...partedAfter(8), sentinel), 'critical');
	assert.equal(severityAfter(1, ...partedAfter(8), sentinel), 'info', 'one poll may see links that are ending');
	assert.equal(severityAfter(3, ...partedAfter(1), sentinel), 'info', 'its replicas acknowledge');

	const nodes = new Map([...partedAfter(8), sentinel].toReversed().map(node => [node.address, node]));
	const [found] = repDiverged.evaluate({nodes, deployment: 'sentinel', nowMs}, () => 3000);
	assert.equal(
		textOf(found),
		'and 10.0.1.2:1 are both primaries of the same data: sentinels hold 10.0.1.2:1, what 10.0.1.1:1 takes will be lost',
	);
	assert.ok(found?.kind === 'fires');
	assert.equal(found.node, '10.0.1.1:1');
	assert.equal(found.action, undefined, 'a REPLICAOF would discard the writes');
	assert.match(messageText(found.next[0]?.text ?? ''), /^stop writes to 10\.0\.1\.1:1: they are lost/);
	assert.match(messageText(found.next[1]?.text ?? ''), /-h 10\.0\.1\.1 -p 1 CONFIG SET min-replicas-to-write 1$/);
});

test('rep.lost: replicas that follow a promoted replica are not lost', () => {
	const beside = (before: string) =>
		recordFrom({address: '10.0.1.2:1', info: replication({role: 'master', master_replid: b, master_replid2: before})});
	const lost = (before: string) =>
		repLost.evaluate(
			factsOf({
				info: replication({role: 'master', connected_slaves: 0, master_replid: a}),
				past: [replication({role: 'master', connected_slaves: 2}), replication({role: 'master', connected_slaves: 0})],
				nodes: [beside(before)],
			}),
			0,
		).kind;
	assert.equal(lost(a), 'not-evaluated');
	assert.equal(lost(c), 'fires');
});

test('rep.diverged: two replicas promoted from one primary are found', () => {
	assert.equal(diverged('replicated', history('10.0.1.1:1', a, c), history('10.0.1.2:1', b, c)).length, 1);
});

test('rep.diverged: unrelated servers, clusters and a single primary share no history', () => {
	assert.deepEqual(diverged('standalone', history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, none)), []);
	assert.deepEqual(diverged('cluster', history('10.0.1.1:1', a, none), history('10.0.1.2:1', b, a)), []);
	assert.deepEqual(diverged('standalone', history('10.0.1.1:1', a, none)), []);
});

test('rep.diverged: servers before 4.0 report no history, so the rule is clear for them', () => {
	const silent = (address: string) => factsOf({record: {address}, info: replication({role: 'master'})});
	assert.deepEqual(diverged('replicated', silent('10.0.1.1:1'), silent('10.0.1.2:1')), []);
});

const place = (port: number) => ({address: `10.0.1.${port}:6379` as NodeAddress, host: `10.0.1.${port}`, port: 6379});
const sentinelThatLists = (flag: string) =>
	factsOf({
		record: {
			address: '10.0.1.20:26379',
			role: 'sentinel',
			sentinel: {
				atMs: nowMs,
				value: {
					primaries: [
						{
							...place(12),
							name: 'main',
							flags: new Set(['master']),
							configEpoch: 2,
							quorum: 1,
							replicaCount: 1,
							otherSentinels: 0,
							downAfterMs: 3000,
							failoverTimeoutMs: 10_000,
							sentinels: [],
							quorumCheck: undefined,
							replicas: [
								{...place(11), flags: new Set(['slave', flag]), runId: undefined, linkStatus: 'err', priority: 100},
							],
						},
					],
				},
			},
		},
	});

for (const [name, flag, heldMs, severity] of [
	['the old primary is about to be a replica', '', 0, 'info'],
	['the old primary stays one', '', 60_000, 'critical'],
	['Sentinel does not reach the old primary', 's_down', 0, 'critical'],
] as const) {
	test(`rep.diverged: a failover by Sentinel: ${name}`, () => {
		const history = 'a'.repeat(40);
		const nodes = [
			factsOf({record: {address: '10.0.1.11:6379'}, info: replication({role: 'master', master_replid: history})}),
			factsOf({
				record: {address: '10.0.1.12:6379'},
				info: replication({role: 'master', master_replid: 'b'.repeat(40), master_replid2: history}),
			}),
			sentinelThatLists(flag),
		];
		const fleet: FleetFacts = {
			nodes: new Map(nodes.map(facts => [facts.address, facts])),
			deployment: 'sentinel',
			nowMs,
		};
		const [found] = repDiverged.evaluate(fleet, () => heldMs);
		assert.ok(found?.kind === 'fires');
		assert.equal(found.severity, severity);
		assert.equal(found.action, severity === 'info' ? undefined : 'replicaof');
	});
}
