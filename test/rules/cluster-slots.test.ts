import assert from 'node:assert/strict';
import test from 'node:test';
import type {ClusterState} from '../../source/cluster/cluster-state.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import {messageText} from '../../source/domain/message.js';
import {cluHalfMoved} from '../../source/rules/cluster-half-moved.js';
import {
	cluAsm,
	cluKeySkew,
	cluMigrating,
	cluSlotSkew,
	cluSlotsFail,
	cluSlotsPfail,
} from '../../source/rules/cluster-slots.js';
import {idOf, six, sixViews} from '../cluster/views.js';
import type {Sections} from '../harness/records.js';
import {dead, fleetOf, others, silent, split, testClusterRule, well} from './cluster-cases.js';

const counted = (views: readonly NodeView[], field: string, value: number): NodeView[] =>
	views.map(view => ({...view, info: new Map(view.info).set(field, String(value))}));

testClusterRule(cluSlotsFail, [
	[
		'counted by the majority',
		{views: counted(sixViews(), 'cluster_slots_fail', 5461)},
		/^critical -: 5,461 slots are not served: their owners are marked FAIL$/,
	],
	['counted by a minority', {views: counted(split.slice(0, 2), 'cluster_slots_fail', 10_923)}, undefined],
	['none', {views: counted(sixViews(), 'cluster_slots_fail', 0)}, undefined],
]);

test('clu.slots_fail: a failover by hand is told only where it loses nothing', () => {
	const told = (seconds: number) =>
		cluSlotsFail
			.evaluate(
				fleetOf({
					views: counted(others(17050, dead), 'cluster_slots_fail', 5461),
					info: {17053: {replication: {master_link_status: 'down', master_link_down_since_seconds: seconds}}},
				}),
				() => 0,
			)
			.flatMap(finding => (finding.kind === 'fires' ? finding.next.map(({text}) => messageText(text)) : []));
	assert.ok(told(5).includes('bring the node back, or promote a replica: CLUSTER FAILOVER FORCE'));
	for (const seconds of [-1, 90]) {
		assert.doesNotMatch(told(seconds).join('\n'), /FAILOVER/);
		assert.ok(told(seconds).includes('bring the node back: no replica can take over without loss'));
	}
});

testClusterRule(cluSlotsPfail, [
	[
		'just now',
		{views: counted(sixViews(), 'cluster_slots_pfail', 5461)},
		/^info -: 5,461 slots are on nodes that 17050 flags PFAIL$/,
	],
	['for half a node timeout', {views: counted(sixViews(), 'cluster_slots_pfail', 5461), heldSeconds: 1}, /^warning -/],
	['none', well, undefined],
]);

const open =
	(problem: 'one-sided' | 'stuck' | undefined, stillMs = 700_000) =>
	(cluster: ClusterState): ClusterState => ({
		...cluster,
		moves: [
			{
				slot: 5061,
				source: idOf(17050),
				target: idOf(17051),
				isMigrating: true,
				isImporting: problem !== 'one-sided',
				sinceMs: cluster.atMs - 700_000,
				keysLeft: 3,
				keysThere: 0,
				keysAtFirst: 3,
				movedAtMs: cluster.atMs - stillMs,
				keysPerSecond: undefined,
				problem,
			},
		],
	});

const giving = {views: sixViews({}, {changed: [`17050 master 1 0-5460 [5061->-${idOf(17051)}]`]})};

/** The source has refused so many commands in all: before, and now. */
const tryAgain = (before: number, now: number) => {
	const counted = (count: number): Record<string, Sections> => ({
		17050: {errorstats: {errorstat_TRYAGAIN: `count=${count}`}},
	});
	return {info: counted(now), earlier: counted(before)};
};

testClusterRule(cluMigrating, [
	[
		'one-sided',
		{...giving, change: open('one-sided')},
		/^critical -: slot 5061 from 17050 to 17051 is one-sided: 17051 is not importing it$/,
	],
	['stuck', {...giving, change: open('stuck')}, /^warning -: slot 5061 .* is stuck: no key moved for 11m40s/],
	[
		'under way, and no key moves for a moment',
		{...giving, change: open(undefined, 5000)},
		/^info -: slot 5061 .* is half moved: no key moved for/,
	],
	['under way', {...well, change: open(undefined, 0)}, undefined],
	[
		'no key moves, and clients get TRYAGAIN',
		{...giving, ...tryAgain(40, 44), change: open(undefined, 5000)},
		/^warning -: slot 5061 .* is half moved, no key moved for 5s: clients get TRYAGAIN$/,
	],
	[
		'no key moves for a moment, and clients get TRYAGAIN',
		{...giving, ...tryAgain(40, 44), change: open(undefined, 2000)},
		/^warning -: slot 5061 .* is half moved, no key moved for 2s: clients get TRYAGAIN$/,
	],
	[
		'no key moves, and clients got TRYAGAIN before',
		{...giving, ...tryAgain(44, 44), change: open(undefined, 5000)},
		/^info -/,
	],
	['keys move, and clients get TRYAGAIN', {...giving, ...tryAgain(40, 44), change: open(undefined, 0)}, undefined],
]);

test('clu.migrating: errors of clients are certain after three seconds without a moved key, and wait for samples before', () => {
	const certainAfter = (stillMs: number) =>
		cluMigrating
			.evaluate(fleetOf({...giving, ...tryAgain(40, 44), change: open(undefined, stillMs)}), () => 0)
			.map(finding => finding.kind === 'fires' && [finding.severity, finding.isCertain]);
	assert.deepEqual(certainAfter(2000), [['warning', false]]);
	assert.deepEqual(certainAfter(3000), [['warning', true]]);
	assert.ok(cluMigrating.countsAtOnce, 'check takes two samples for it, and does not wait ten seconds');
});

test('clu.migrating: a narrow screen keeps the errors that clients get', () => {
	const [finding] = cluMigrating.evaluate(
		fleetOf({...giving, ...tryAgain(40, 44), change: open(undefined, 5000)}),
		() => 0,
	);
	assert.ok(finding?.kind === 'fires');
	assert.deepEqual(
		finding.briefProblems?.map(text => messageText(text).replace(/\S+17050/, '17050')),
		['slot 5061 of 17050 is half moved: clients get TRYAGAIN', 'clients get TRYAGAIN: slot 5061 is half moved'],
	);
});

/** The views of nodes that mark the target of the move FAIL. */
const failedTarget = sixViews(
	{},
	{changed: ['17051 master,fail 3 5461-10922', `17050 master 1 0-5460 [5061->-${idOf(17051)}]`]},
);

testClusterRule(cluHalfMoved, [
	[
		'half moved to a node that is down',
		{views: failedTarget, parts: {17051: {failure: silent, reach: 'down'}}, change: open(undefined)},
		/^critical -: slot 5061 is half moved to 17051, which is down: keys that are not on 17050 cannot be reached$/,
	],
	[
		'to a node that does not answer and is not marked FAIL',
		{...well, parts: {17051: {failure: silent, reach: 'down'}}, change: open(undefined)},
		undefined,
	],
	['a move under way', {...well, change: open(undefined)}, undefined],
]);

const atomic =
	(state: string, secondsAgo: number | undefined, message = '') =>
	(cluster: ClusterState): ClusterState => ({
		...cluster,
		migrations: [
			{
				name: 'a',
				operation: 'IMPORT',
				slots: [{first: 0, last: 10}],
				source: 'x',
				target: 'y',
				state,
				message,
				createdMs: undefined,
				updatedMs: secondsAgo === undefined ? undefined : cluster.atMs - secondsAgo * 1000,
				remainingBytes: undefined,
			},
		],
	});

testClusterRule(cluAsm, [
	[
		'failed',
		{...well, change: atomic('failed', 5, 'target lost')},
		/^warning -: migration of slots 0-10 \(11 slots\) failed: target lost/,
	],
	['failed long ago', {...well, change: atomic('failed', 3600)}, undefined],
	[
		'silent',
		{...well, change: atomic('snapshotting', 61)},
		/makes no progress, it is snapshotting, and its last update was 1m01s ago$/,
	],
	['under way', {...well, change: atomic('snapshotting', 1)}, undefined],
	['done', {...well, change: atomic('success', 3600)}, undefined],
	['nobody says when', {...well, change: atomic('snapshotting', undefined)}, undefined],
]);

testClusterRule(cluSlotSkew, [
	[
		'uneven',
		{
			views: sixViews(
				{},
				{lines: six.map(line => line.replace('0-5460', '0-9999').replace('5461-10922', '10000-10922'))},
			),
		},
		/^info -: slots are spread unevenly, 10,000 on 17050, 923 on 17051/,
	],
	['even', well, undefined],
]);

const keys = (one: number, other: number, third: number) => ({
	17050: {keyspace: {db0: `keys=${one},expires=0`}},
	17051: {keyspace: {db0: `keys=${other},expires=0`}},
	17052: {keyspace: {db0: `keys=${third},expires=0`}},
});

testClusterRule(cluKeySkew, [
	[
		'three times the median, during an import',
		{...well, info: keys(3000, 1000, 900), heldSeconds: 599},
		/^info 17050:/,
	],
	[
		'three times the median',
		{...well, info: keys(3000, 1000, 900), heldSeconds: 600},
		/^warning 17050: has 3\.0 times the keys of the median primary, 3\.00k against 1\.00k$/,
	],
	['of next to nothing', {...well, info: keys(30, 10, 9)}, undefined],
	['even', {...well, info: keys(1100, 1000, 900)}, undefined],
]);

test('clu.asm: the command that lists migrations is that of the product', () => {
	const commandOf = (server: Sections[string]): string => {
		const info = Object.fromEntries([17050, 17051].map(port => [port, {server}]));
		const [finding] = cluAsm.evaluate(fleetOf({...well, info, change: atomic('failed', 5)}), () => 0);
		const [step] = finding?.kind === 'fires' ? finding.next : [];
		return messageText(step?.text ?? '');
	};
	assert.match(commandOf({redis_version: '8.4.0'}), /^redis-cli .* CLUSTER MIGRATION STATUS ALL$/);
	assert.match(
		commandOf({redis_version: '7.2.4', valkey_version: '9.1.0', server_name: 'valkey'}),
		/^valkey-cli .* CLUSTER GETSLOTMIGRATIONS$/,
	);
});
