import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cluGhost, cluNodeFail} from '../../source/rules/cluster-nodes.js';
import {cluMigrating, cluSlotsFail} from '../../source/rules/cluster-slots.js';
import {cluState} from '../../source/rules/cluster-state.js';
import type {FleetFacts, FleetRule} from '../../source/rules/rule.js';
import {repDiverged} from '../../source/rules/two-primaries.js';
import {idOf, six, sixViews, viewFrom} from '../cluster/views.js';
import {sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';
import {type ClusterCase, fleetOf} from './cluster-cases.js';

const views = (ports: readonly number[], parts: Parameters<typeof viewFrom>[1] = {}) =>
	ports.map(port => viewFrom(port, parts));
const deadOwner = {changed: ['17050 master,fail 1 0-5460'], state: 'fail'};
const withoutReplica = {lines: six.filter(line => !line.startsWith('17053')), ...deadOwner};
const openSlot = (lines: readonly string[]) => ({
	views: sixViews({}, {lines: six.map((line, at) => lines[at] ?? line)}),
});
const slotsFailing = (given: ClusterCase['views'] = []) =>
	given.map(view => ({...view, info: new Map([...(view.info ?? []), ['cluster_slots_fail', '5461']])}));

const slotKeys = (keys: number) => ({slotKeys: {atMs: sampledAtMs, value: new Map([[5061, keys]])}});

/** The action of each finding, the node it is for, and what its form starts with. */
function remedies(rule: FleetRule, fleet: FleetFacts): string[] {
	return rule
		.evaluate(fleet, () => 0)
		.flatMap(found =>
			found.kind === 'fires'
				? [`${found.action} on ${found.remedy?.node ?? found.node} about ${found.remedy?.value}`]
				: [],
		)
		.map(text => text.replaceAll('127.0.0.1:', ''));
}

const cases: ReadonlyArray<readonly [name: string, rule: FleetRule, given: ClusterCase, expected: readonly string[]]> =
	[
		[
			'a failed owner: its replica takes over',
			cluNodeFail,
			{views: views([17051, 17052, 17053, 17054, 17055], deadOwner)},
			['cluster-failover-force on 17053 about undefined'],
		],
		[
			'a failed owner without a replica: nothing here helps',
			cluNodeFail,
			{views: views([17051, 17052, 17054, 17055], withoutReplica)},
			['undefined on undefined about undefined'],
		],
		[
			'a failed replica is forgotten by a node that marks it FAIL',
			cluNodeFail,
			{views: views([17050, 17051, 17052, 17053, 17054], {changed: ['17055 slave,fail:17052 5']})},
			[`cluster-forget on 17050 about ${idOf(17055)}`],
		],
		[
			'an owner that its replica has replaced is forgotten, and not on itself',
			cluNodeFail,
			{views: views([17051, 17052, 17053, 17054, 17055], {changed: ['17050 master,fail 1', '17053 master 7 0-5460']})},
			[`cluster-forget on 17051 about ${idOf(17050)}`],
		],
		[
			'a cluster that is down: the replica of the failed owner',
			cluState,
			{views: views([17051, 17052, 17053, 17054, 17055], deadOwner)},
			['cluster-failover-force on 17053 about undefined'],
		],
		[
			'slots on a failed node: its replica',
			cluSlotsFail,
			{views: slotsFailing(views([17051, 17052, 17053, 17054, 17055], deadOwner))},
			['cluster-failover-force on 17053 about undefined'],
		],
		[
			'slots on a failed node whose replica has data that is too old: no promotion is offered',
			cluSlotsFail,
			{
				views: slotsFailing(views([17051, 17052, 17053, 17054, 17055], deadOwner)),
				info: {17053: {replication: {master_link_status: 'down', master_link_down_since_seconds: 90}}},
			},
			['undefined on undefined about undefined'],
		],
		[
			'a ghost is forgotten by a node that lists it',
			cluGhost,
			{views: sixViews({}, {changed: ['17059 master,noaddr 0']})},
			[`cluster-forget on 17050 about ${idOf(17059)}`],
		],
		[
			'a slot that only its source has open',
			cluMigrating,
			{...openSlot([`17050 master 1 0-5460 [5061->-${idOf(17051)}]`]), parts: {17051: slotKeys(0)}},
			['cluster-setslot-stable on 17050 about 5061'],
		],
		[
			'a slot whose other end holds keys: they would be out of reach',
			cluMigrating,
			{...openSlot([`17050 master 1 0-5460 [5061->-${idOf(17051)}]`]), parts: {17051: slotKeys(2)}},
			['undefined on undefined about undefined'],
		],
		[
			'a slot of whose other end nobody knows the keys',
			cluMigrating,
			openSlot([`17050 master 1 0-5460 [5061->-${idOf(17051)}]`]),
			['undefined on undefined about undefined'],
		],
		[
			'a slot that only its target has open',
			cluMigrating,
			{
				...openSlot(
					['', `17051 master 3 5461-10922 [5061-<-${idOf(17050)}]`].map((line, at) => line || (six[at] ?? '')),
				),
				parts: {17050: slotKeys(0)},
			},
			['cluster-setslot-stable on 17051 about 5061'],
		],
	];

for (const [name, rule, given, expected] of cases) {
	test(`${rule.id}: ${name}`, () => {
		assert.deepEqual(remedies(rule, fleetOf(given)), expected);
	});
}

const [one, two, three] = ['a', 'b', 'c'].map(letter => letter.repeat(40));
const primary = (address: string, fields: Record<string, string | number>) =>
	factsOf({record: {address, role: 'primary'}, info: {replication: {role: 'master', ...fields}}});

const histories: ReadonlyArray<
	readonly [name: string, nodes: ReadonlyArray<ReturnType<typeof primary>>, expected: string]
> = [
	[
		'the one with fewer writes since follows the other',
		[
			primary('10.0.1.1:1', {master_replid: one ?? '', master_repl_offset: 500, second_repl_offset: -1}),
			primary('10.0.1.2:1', {
				master_replid: two ?? '',
				master_replid2: one ?? '',
				master_repl_offset: 900,
				second_repl_offset: 400,
			}),
		],
		'replicaof on 10.0.1.1:1 about 10.0.1.2:1',
	],
	[
		'two that were promoted from one',
		[
			primary('10.0.1.1:1', {
				master_replid: one ?? '',
				master_replid2: three ?? '',
				master_repl_offset: 900,
				second_repl_offset: 100,
			}),
			primary('10.0.1.2:1', {
				master_replid: two ?? '',
				master_replid2: three ?? '',
				master_repl_offset: 450,
				second_repl_offset: 400,
			}),
		],
		'replicaof on 10.0.1.2:1 about 10.0.1.1:1',
	],
	[
		'nobody knows who has more',
		[
			primary('10.0.1.1:1', {master_replid: one ?? ''}),
			primary('10.0.1.2:1', {master_replid: two ?? '', master_replid2: one ?? ''}),
		],
		'replicaof on 10.0.1.1:1 about undefined',
	],
];

for (const [name, nodes, expected] of histories) {
	test(`rep.diverged: ${name}`, () => {
		const [{nowMs}] = nodes as [ReturnType<typeof primary>];
		const fleet: FleetFacts = {
			nodes: new Map(nodes.map(facts => [facts.address, facts])),
			deployment: 'replicated',
			nowMs,
		};
		assert.deepEqual(remedies(repDiverged, fleet), [expected]);
	});
}
