import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitoredPrimary, SentinelPeer} from '../../source/domain/sentinel.js';
import {findingText} from '../../source/rules/finding.js';
import type {FleetRule} from '../../source/rules/rule.js';
import {
	senCount,
	senDisagree,
	senDown,
	senFailing,
	senNoReplica,
	senQuorum,
	senTilt,
} from '../../source/rules/sentinel.js';
import {sampledAtMs} from '../harness/records.js';
import {factsOf, testRule} from '../harness/rule-cases.js';
import {plainRecord} from '../topology/fleets.js';

const peer = (port: number, parts: Partial<SentinelPeer> = {}): SentinelPeer => ({
	address: `127.0.0.1:${port}` as NodeAddress,
	host: '127.0.0.1',
	port,
	flags: new Set(['slave']),
	runId: undefined,
	linkStatus: 'ok',
	priority: 100,
	...parts,
});

const watched = (parts: Partial<MonitoredPrimary> = {}): MonitoredPrimary => ({
	name: 'main',
	address: '127.0.0.1:7001' as NodeAddress,
	host: '127.0.0.1',
	port: 7001,
	flags: new Set(['master']),
	configEpoch: 1,
	quorum: 2,
	replicaCount: 1,
	otherSentinels: 2,
	downAfterMs: 2000,
	failoverTimeoutMs: 10_000,
	replicas: [peer(7002)],
	sentinels: [],
	quorumCheck: {isReached: true, text: 'OK 3 usable Sentinels', failures: 0},
	...parts,
});

const flags = (...names: readonly string[]) => ({flags: new Set(['master', ...names])});

/** Three sentinels; those without parts of their own say the same as all. */
function judged(
	rule: FleetRule,
	each: ReadonlyArray<Partial<MonitoredPrimary>>,
	heldMs = 0,
	role: 'primary' | 'replica' = 'primary',
) {
	const facts = each.map((parts, index) =>
		factsOf({
			info: {server: {redis_mode: 'sentinel'}},
			record: {
				address: `127.0.0.1:${26_379 + index}`,
				role: 'sentinel',
				sentinel: {atMs: sampledAtMs, value: {primaries: [watched(parts)]}},
			},
		}),
	);
	const primary = factsOf({record: {address: '127.0.0.1:7001', role}});
	const nodes = new Map([primary, ...facts].map(fact => [fact.address, fact]));
	return rule.evaluate({nodes, deployment: 'sentinel', nowMs: sampledAtMs}, () => heldMs);
}

type Case = readonly [
	name: string,
	rule: FleetRule,
	words: ReadonlyArray<Partial<MonitoredPrimary>>,
	expected: 'clear' | 'info' | 'warning' | 'critical',
	title?: RegExp,
	heldMs?: number,
];

const well = [{}, {}, {}];
const all = (parts: Partial<MonitoredPrimary>) => [parts, parts, parts];
const check = (failures: number) => ({quorumCheck: {isReached: failures === 0, text: 'NOQUORUM 1 usable', failures}});

const cases: readonly Case[] = [
	...[senDown, senQuorum, senCount, senDisagree, senNoReplica, senFailing].map(
		(rule): Case => ['all is well', rule, well, 'clear'],
	),
	[
		'one sees it down',
		senDown,
		[flags('s_down'), {}, {}],
		'warning',
		/1 of 3 sentinels hold the primary 127\.0\.0\.1:7001 down$/,
	],
	[
		'the quorum agrees',
		senDown,
		[flags('s_down', 'o_down'), flags('s_down'), {}],
		'critical',
		/2 of 3 .*quorum agrees/,
	],
	['one check in vain is none', senQuorum, all(check(1)), 'clear'],
	['two are', senQuorum, [check(2), {}, {}], 'critical', /no quorum.*1 of 3/],
	['two sentinels', senCount, [{otherSentinels: 1}, {otherSentinels: 1}], 'warning', /only 2 sentinels watch/],
	['one sentinel', senCount, [{otherSentinels: 0, quorum: 1}], 'warning', /only 1 sentinel watches/],
	['four', senCount, all({otherSentinels: 3}), 'warning', /even number/],
	['a quorum that none can make', senCount, all({quorum: 4}), 'warning', /never make the quorum of 4/],
	['they count differently', senCount, [{otherSentinels: 4}, {}, {}], 'warning', /from 3 to 5/],
	['not counted yet', senCount, all({otherSentinels: undefined}), 'clear'],
	[
		'two primaries, a moment',
		senDisagree,
		[{address: '127.0.0.1:7002' as NodeAddress}, {}, {}],
		'info',
		/disagree on the primary/,
	],
	[
		'two primaries, for long',
		senDisagree,
		[{address: '127.0.0.1:7002' as NodeAddress}, {}, {}],
		'critical',
		/127\.0\.0\.1:7002 say 1, 127\.0\.0\.1:7001 say 2/,
		11_000,
	],
	['no replica', senNoReplica, all({replicas: [], replicaCount: 0}), 'warning', /it has none$/],
	[
		'none but dead ones',
		senNoReplica,
		all({replicas: [peer(7002, {flags: new Set(['slave', 's_down'])})]}),
		'warning',
		/7002 is down/,
	],
	['priority 0', senNoReplica, all({replicas: [peer(7002, {priority: 0})]}), 'warning', /priority 0/],
	['no link', senNoReplica, all({replicas: [peer(7002, {linkStatus: 'err'})]}), 'warning', /no link/],
	['one of two is good', senNoReplica, all({replicas: [peer(7002, {priority: 0}), peer(7003)]}), 'clear'],
	['not asked yet', senNoReplica, all({replicas: undefined}), 'clear'],
	['a failover', senFailing, [flags('failover_in_progress'), {}, {}], 'info', /under way/],
	['a stuck one', senFailing, [flags('failover_in_progress'), {}, {}], 'critical', /longer than its timeout/, 10_001],
];

for (const [name, rule, each, expected, title, heldMs] of cases) {
	test(`${rule.id}: ${name}`, () => {
		const [found, ...more] = judged(rule, each, heldMs);
		assert.equal(more.length, 0);
		assert.equal(found?.kind === 'fires' ? found.severity : 'clear', expected);
		if (found?.kind === 'fires') {
			assert.match(findingText(found), title ?? /main/);
			assert.equal(found.subject, 'main');
			assert.ok(found.next.length > 0 && found.meaning !== '');
		}
	});
}

test('sen.disagree: all name a node that says it is a replica', () => {
	const [found] = judged(senDisagree, well, 11_000, 'replica');
	assert.ok(found?.kind === 'fires');
	assert.match(findingText(found), /says that it is a replica/);
});

test('without sentinels there is nothing to say', () => {
	const facts = factsOf({record: {role: plainRecord(7001).role}});
	const nodes = new Map([[facts.address, facts]]);
	for (const rule of [senDown, senQuorum, senCount, senDisagree, senNoReplica, senFailing]) {
		const fleet = {
			nodes,
			deployment: 'standalone',
			nowMs: 0,
		} as const;
		assert.deepEqual(
			rule.evaluate(fleet, () => 0),
			[],
		);
	}
});

const sentinel = (tilt: number) => ({info: {sentinel: {sentinel_tilt: tilt}}, record: {role: 'sentinel'} as const});

testRule(senTilt, [
	['calm', sentinel(0), 'clear'],
	['in TILT', sentinel(1), 'critical', /TILT/],
	['not said', {info: {server: {}}, record: {role: 'sentinel'}}, 'absent'],
	['a data node', {info: {sentinel: {sentinel_tilt: 1}}}, 'clear'],
]);

test('sen.down: its failover is for a sentinel that says so, about the name it has for the primary', () => {
	const [found] = judged(senDown, [{}, flags('s_down'), {}]);
	assert.ok(found?.kind === 'fires');
	assert.deepEqual([found.action, found.remedy], ['sentinel-failover', {node: '127.0.0.1:26380', value: 'main'}]);
});
