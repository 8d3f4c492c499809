import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {evaluateFleet} from '../../source/rules/engine.js';
import {findingText} from '../../source/rules/finding.js';
import {repEmptyPrimary, repOverrunEta, repPromotedBehind} from '../../source/rules/replication-loss.js';
import type {FleetRule} from '../../source/rules/rule.js';
import {FindingTracks} from '../../source/state/finding-tracks.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {factsOf, testRule} from '../harness/rule-cases.js';

const [first, second, third] = ['10.0.1.1:6379', '10.0.1.2:6379', '10.0.1.3:6379'] as const;

type Node = {
	readonly address: string;
	readonly info: Sections;
	readonly isSilent?: boolean;
	readonly roleChangedAtMs?: number;
	/** When it restarted as the primary that it was. */
	readonly restartedAtMs?: number;
};

/** The findings of a rule on these nodes. */
function findings(rule: FleetRule, nodes: readonly Node[]) {
	const parts = nodes.map(({address, info, isSilent = false, roleChangedAtMs, restartedAtMs}) => ({
		watch: {
			roleChangedAtMs,
			restartedAtMs,
			roleBeforeRestart: restartedAtMs === undefined ? undefined : ('primary' as const),
		},
		address,
		info,
		role: info.replication?.role === 'slave' ? ('replica' as const) : ('primary' as const),
		...(isSilent ? {failure: refusedConnection} : {}),
	}));
	const records = parts.map(({watch: _, ...part}) => recordFrom(part));
	const facts = parts.map(({info, watch, ...record}) =>
		factsOf({info, record, watch, nodes: records.filter(({address}) => address !== record.address)}),
	);
	return rule
		.evaluate({nodes: new Map(facts.map(one => [one.address, one])), deployment: 'replicated', nowMs: 0}, () => 0)
		.flatMap(evaluation => {
			if (evaluation.kind !== 'fires') {
				return [];
			}

			assertPrintedCommands(evaluation);
			const [step] = evaluation.next;
			return [
				{
					text: `${evaluation.severity} ${evaluation.node}: ${findingText(evaluation)}`,
					step: messageText(step?.text ?? ''),
				},
			];
		});
}

type Case = readonly [name: string, nodes: readonly Node[], expected: RegExp | undefined];

function assertCases(rule: FleetRule, cases: readonly Case[]): void {
	for (const [name, nodes, expected] of cases) {
		const found = findings(rule, nodes).map(({text}) => text);
		assert.equal(found.length, expected === undefined ? 0 : 1, `${name}: ${found.join('; ')}`);
		if (expected !== undefined) {
			assert.match(found[0] ?? '', expected, name);
		}
	}
}

const primary = (keys: number, uptime: number, loading = 0): Sections => ({
	server: {uptime_in_seconds: uptime},
	persistence: {loading},
	replication: {role: 'master'},
	keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0,avg_ttl=0`},
});
const follower = (keys: number): Sections => ({
	server: {uptime_in_seconds: 90_000},
	replication: {role: 'slave', master_host: '10.0.1.1', master_port: 6379, master_link_status: 'down'},
	keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0,avg_ttl=0`},
});

const ofHistory = (info: Sections, id: string): Sections => ({
	...info,
	replication: {...info.replication, master_replid: id},
});

test('rep.empty_primary: a primary that started without its data is about to empty its replicas', () => {
	assertCases(repEmptyPrimary, [
		[
			'a primary was made a replica of a server that has just started',
			[
				{address: first, info: primary(0, 4)},
				{address: second, info: follower(30), roleChangedAtMs: -1000},
			],
			/^critical 10\.0\.1\.2:6379: is about to lose its keys, 30 until the full resync: it became a replica of 10\.0\.1\.1:6379, which is empty$/,
		],
		[
			'just started, a replica with keys',
			[
				{address: first, info: primary(0, 4)},
				{address: second, info: follower(30)},
				{address: third, info: follower(31)},
			],
			/^critical 10\.0\.1\.1:6379: has no keys: it started 4s ago without its data; its replica 10\.0\.1\.3:6379 has 31 keys/,
		],
		[
			'it has keys',
			[
				{address: first, info: primary(1, 4)},
				{address: second, info: follower(31)},
			],
			undefined,
		],
		[
			'it loads them',
			[
				{address: first, info: primary(0, 4, 1)},
				{address: second, info: follower(31)},
			],
			undefined,
		],
		[
			'it has been empty for long',
			[
				{address: first, info: primary(0, 301)},
				{address: second, info: follower(31)},
			],
			undefined,
		],
		[
			'the replica follows the history of this process: slots with keys have just moved here',
			[
				{address: first, info: ofHistory(primary(0, 4), 'a'.repeat(40))},
				{address: second, info: ofHistory(follower(118), 'a'.repeat(40))},
			],
			undefined,
		],
		[
			'the replica follows the history of the process before',
			[
				{address: first, info: ofHistory(primary(0, 4), 'a'.repeat(40))},
				{address: second, info: ofHistory(follower(118), 'b'.repeat(40))},
			],
			/^critical 10\.0\.1\.1:6379: has no keys/,
		],
		[
			'so is the replica',
			[
				{address: first, info: primary(0, 4)},
				{address: second, info: follower(0)},
			],
			undefined,
		],
		[
			'the replica does not answer',
			[
				{address: first, info: primary(0, 4)},
				{address: second, info: follower(31), isSilent: true},
			],
			/has 31 keys/,
		],
		[
			'a server that says nothing',
			[
				{address: first, info: {}},
				{address: second, info: follower(31)},
			],
			undefined,
		],
	]);
});

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const promoted: Sections = {
	replication: {
		role: 'master',
		master_replid: b,
		master_replid2: a,
		second_repl_offset: 10_001,
		master_repl_offset: 12_000,
	},
};
const oldPrimary = (offset: number): Sections => ({
	replication: {
		role: 'master',
		master_replid: a,
		master_replid2: '0'.repeat(40),
		master_repl_offset: offset,
		second_repl_offset: -1,
	},
});
const sibling = (offset: number, link: string): Sections => ({
	replication: {
		role: 'slave',
		master_replid: a,
		slave_repl_offset: offset,
		master_repl_offset: offset,
		master_link_status: link,
		master_host: '10.0.1.1',
		master_port: 6379,
	},
});

test('rep.promoted_behind: writes that the promoted node lacked are named with the node that still has them', () => {
	assertCases(repPromotedBehind, [
		[
			'the dead primary was ahead',
			[
				{address: first, info: oldPrimary(2_010_000), isSilent: true},
				{address: second, info: promoted},
			],
			/^critical 10\.0\.1\.2:6379: was promoted 1\.91M behind 10\.0\.1\.1:6379: these writes are on no primary now/,
		],
		[
			'a primary restarted with older data than its replica',
			[
				{address: second, info: promoted, restartedAtMs: 5000},
				{address: third, info: sibling(30_000, 'down')},
			],
			/: restarted 19\.5K behind 10\.0\.1\.3:6379: these writes are on no primary now/,
		],
		[
			'a sibling was ahead',
			[
				{address: second, info: promoted},
				{address: third, info: sibling(30_000, 'down')},
			],
			/was promoted 19\.5K behind 10\.0\.1\.3:6379/,
		],
		[
			'all were equal',
			[
				{address: first, info: oldPrimary(10_000), isSilent: true},
				{address: second, info: promoted},
			],
			undefined,
		],
		[
			'a few PINGs',
			[
				{address: first, info: oldPrimary(10_800), isSilent: true},
				{address: second, info: promoted},
			],
			undefined,
		],
		[
			'the old primary still is one',
			[
				{address: first, info: oldPrimary(2_010_000)},
				{address: second, info: promoted},
				{address: third, info: sibling(30_000, 'down')},
			],
			undefined,
		],
		[
			'the sibling follows a primary that is not known',
			[
				{address: second, info: promoted},
				{address: third, info: sibling(30_000, 'up')},
			],
			undefined,
		],
		[
			'no history',
			[
				{address: first, info: oldPrimary(2_010_000), isSilent: true},
				{address: second, info: {replication: {role: 'master'}}},
			],
			undefined,
		],
		[
			'a server that says nothing',
			[
				{address: first, info: {}},
				{address: second, info: {}},
			],
			undefined,
		],
	]);
});

test('rep.promoted_behind: it ends as soon as the former primary has discarded these writes', () => {
	const former = sibling(30_000, 'down');
	const discarded = {replication: {...former.replication, master_replid: b, master_link_status: 'up'}};
	const tracks = new FindingTracks();
	const isListedAfter = (atMs: number, info: Sections): boolean => {
		const records = [
			{address: second, info: promoted, role: 'primary' as const},
			{address: third, info, role: 'replica' as const},
		].map(({info: sections, ...record}) => factsOf({info: sections, record}));
		const fleet = {nodes: new Map(records.map(one => [one.address, one])), deployment: 'replicated', nowMs: 0} as const;
		tracks.step(
			evaluateFleet(fleet, () => 0, [repPromotedBehind]),
			atMs,
		);
		return tracks.findings().some(({clearedAtMs}) => clearedAtMs === undefined);
	};
	assert.equal(isListedAfter(0, former), true);
	assert.equal(isListedAfter(1000, discarded), false);
});

const behind = (bytes: number, backlog: number | undefined = 1_000_000, written = 5_000_000): Sections => ({
	replication: {
		role: 'master',
		connected_slaves: 1,
		master_repl_offset: written,
		slave0: `ip=10.0.1.2,port=6379,state=online,offset=${written - bytes},lag=0`,
		...(backlog === undefined ? {} : {repl_backlog_size: backlog}),
	},
});

testRule(repOverrunEta, [
	[
		'fast',
		{info: behind(300_000), earlier: behind(200_000)},
		'warning',
		/^replica 10\.0\.1\.2:6379 falls out of the backlog, in about 7s/,
	],
	[
		'a batch job writes as much within a second, and the replica acknowledges once a second',
		{info: behind(900_000, 1_000_000, 5_950_000), earlier: behind(300_000, 1_000_000, 5_000_000)},
		'clear',
	],
	['slow', {info: behind(300_000), earlier: behind(299_000)}, 'clear'],
	['shrinking', {info: behind(300_000), earlier: behind(400_000)}, 'clear'],
	['a small part of the backlog', {info: behind(50_000), earlier: behind(0)}, 'clear'],
	[
		'just after a failover',
		{
			info: behind(1_200_000),
			earlier: behind(900_000),
			watch: {roleChangedAtMs: factsOf({}).nowMs - 5000},
		},
		'pending',
	],
	[
		'a replica that has acknowledged nothing since the failover',
		{info: behind(5_000_000), earlier: behind(5_000_000)},
		'clear',
	],
	[
		'already out of it',
		{info: behind(1_200_000), earlier: behind(900_000)},
		'warning',
		/^replica 10\.0\.1\.2:6379 has fallen out of the backlog, 1\.14M behind, the backlog holds 977K/,
	],
	[
		'further behind than the backlog for a moment, because the primary writes so much',
		{info: behind(1_200_000, 1_000_000, 6_000_000), earlier: behind(500_000, 1_000_000, 5_500_000)},
		'clear',
	],
	[
		'another threshold',
		{info: behind(300_000), earlier: behind(200_000), thresholds: {'rep.overrun_eta.seconds': 5}},
		'clear',
	],
	['no replica', {info: {replication: {role: 'master', repl_backlog_size: 1000}}, earlier: {}}, 'clear'],
	['the first sample', {info: behind(300_000)}, 'pending'],
	[
		'no backlog in INFO',
		{info: {replication: {...behind(300_000).replication, repl_backlog_size: ''}}, earlier: behind(1)},
		'absent',
	],
]);

test('the first step for an empty primary is the one that keeps the last copy', () => {
	const [found] = findings(repEmptyPrimary, [
		{address: first, info: primary(0, 4)},
		{address: second, info: follower(31)},
	]);
	assert.equal(found?.step, 'redis-cli -h 10.0.1.2 -p 6379 REPLICAOF NO ONE');
});
