import assert from 'node:assert/strict';
import test from 'node:test';
import {compareViews} from '../../source/cluster/comparison.js';
import {type MergeWatch, mergeLosses, slotsOf, watchMerge} from '../../source/cluster/merge.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import {nameOf, viewFrom} from './views.js';

/** Each round: the lines that all nodes of a cluster print, with the keys of the nodes that answer redis-top. */
type Round = ReadonlyArray<{readonly lines: readonly string[]; readonly keys: Readonly<Record<number, number>>}>;

/** Who lost what after the last round: `17050, 17051 lost 16384 slots and 20 keys to 17060`. */
function lossesAfter(rounds: readonly Round[], secondsBetween = 1): string | undefined {
	let watch: MergeWatch | undefined;
	let said: string | undefined;
	for (const [index, round] of rounds.entries()) {
		const atMs = index * secondsBetween * 1000;
		const views: NodeView[] = round.flatMap(({lines, keys}) =>
			Object.entries(keys).map(([port, count]) => viewFrom(Number(port), {lines, keys: count, atMs})),
		);
		const comparison = compareViews({views, unreached: []});
		watch = watchMerge(watch, comparison, atMs);
		const losses = watch.merge && mergeLosses(watch.merge, comparison);
		const names = (claimants: ReadonlyArray<{readonly id: Parameters<typeof comparison.nameOf>[0]}>) =>
			claimants.map(({id}) => comparison.nameOf(id).replace(nameOf(''), '')).join(', ');
		said =
			losses &&
			`${names(losses.losers)} lost ${slotsOf(losses.losers)} slots and ${losses.losers.reduce((sum, {keys = 0}) => sum + keys, 0)} keys to ${names(losses.winners)}`;
	}

	return said;
}

const ours = ['17050 master 1 0-8191', '17051 master 2 8192-16383'];
const theirs = ['17060 master 21 0-8191', '17061 master 22 8192-16383'];
const bothOwn = [
	{lines: [...ours, '17060 master 21', '17061 master 22'], keys: {17050: 12, 17051: 8}},
	{lines: [...theirs, '17050 master 1', '17051 master 2'], keys: {17060: 300, 17061: 200}},
];
const weLost = [
	{
		lines: [...theirs, '17050 slave:17060 21', '17051 slave:17061 22'],
		keys: {17050: 300, 17051: 200, 17060: 300, 17061: 200},
	},
];
const theyLost = [
	{
		lines: [...ours, '17060 slave:17050 1', '17061 slave:17051 2'],
		keys: {17050: 12, 17051: 8, 17060: 12, 17061: 8},
	},
];
const before = [{lines: ours, keys: {17050: 12, 17051: 8}}];

const cases: ReadonlyArray<readonly [name: string, rounds: readonly Round[], expected: string | undefined]> = [
	['one cluster', [before, before], undefined],
	['both clusters still own their slots', [before, bothOwn], undefined],
	[
		'the nodes that were there lose',
		[before, bothOwn, weLost],
		'17050, 17051 lost 16384 slots and 20 keys to 17060, 17061',
	],
	[
		'they lose before the others are seen',
		[before, weLost],
		'17050, 17051 lost 16384 slots and 20 keys to 17060, 17061',
	],
	[
		'the nodes that joined lose',
		[before, bothOwn, theyLost],
		'17060, 17061 lost 16384 slots and 500 keys to 17050, 17051',
	],
	[
		'they do not become replicas (cluster-allow-replica-migration no)',
		[
			before,
			bothOwn,
			[
				{
					lines: [...theirs, '17050 master 1', '17051 master 2'],
					keys: {17050: 0, 17051: 0, 17060: 300, 17061: 200},
				},
			],
		],
		'17050, 17051 lost 16384 slots and 20 keys to 17060, 17061',
	],
	[
		'one cluster of a single node joins',
		[
			before,
			[
				{
					lines: ['17060 master 21 0-16383', '17050 slave:17060 21', '17051 slave:17060 21'],
					keys: {17050: 3, 17051: 3, 17060: 3},
				},
			],
		],
		'17050, 17051 lost 16384 slots and 20 keys to 17060',
	],
	['the nodes are separated again', [before, bothOwn, weLost, before], undefined],
	[
		'a new node joins as a replica and is promoted in place of its primary',
		[
			before,
			[{lines: [...ours, '17060 slave:17050 1'], keys: {17050: 12, 17051: 8, 17060: 12}}],
			[
				{
					lines: ['17060 master 3 0-8191', '17050 slave:17060 3', '17051 master 2 8192-16383'],
					keys: {17050: 12, 17051: 8, 17060: 12},
				},
			],
		],
		undefined,
	],
	[
		'a new node joins without slots and gets all slots of another',
		[
			before,
			[{lines: [...ours, '17060 master 0'], keys: {17050: 12, 17051: 8, 17060: 0}}],
			[
				{
					lines: ['17060 master 3 0-8191', '17050 slave:17060 3', '17051 master 2 8192-16383'],
					keys: {17050: 12, 17051: 8, 17060: 12},
				},
			],
		],
		undefined,
	],
	[
		'the same, and the first slots were moved before its view was read',
		[
			before,
			[
				{
					lines: ['17050 master 1 300-8191', '17051 master 2 8192-16383', '17060 master 3 0-299'],
					keys: {17050: 11, 17051: 8, 17060: 1},
				},
			],
			[
				{
					lines: ['17060 master 3 0-8191', '17050 slave:17060 3', '17051 master 2 8192-16383'],
					keys: {17050: 12, 17051: 8, 17060: 12},
				},
			],
		],
		undefined,
	],
	[
		'all slots of a node were moved to a new one before its view was read',
		[
			before,
			[
				{
					lines: ['17060 master 3 0-8191', '17050 slave:17060 3', '17051 master 2 8192-16383'],
					keys: {17050: 12, 17051: 8, 17060: 12},
				},
			],
		],
		undefined,
	],
	[
		'two clusters are watched, and one of them fails over',
		[
			[{lines: [...ours, '17052 slave:17050 1'], keys: {17050: 12, 17051: 8, 17052: 12}}],
			[
				{lines: ours, keys: {17050: 12, 17051: 8}},
				{lines: theirs, keys: {17060: 300, 17061: 200}},
			],
			[
				{
					lines: ['17052 master 3 0-8191', '17050 slave:17052 3', '17051 master 2 8192-16383'],
					keys: {17050: 12, 17051: 8, 17052: 12},
				},
				{lines: theirs, keys: {17060: 300, 17061: 200}},
			],
		],
		undefined,
	],
];

for (const [name, rounds, expected] of cases) {
	test(`a merge of two clusters: ${name}`, () => {
		assert.equal(lossesAfter(rounds), expected);
	});
}

test('an owner from long ago is no loser', () => {
	const emptied = [{lines: ['17050 master 1', '17051 master 2 0-16383'], keys: {17050: 0, 17051: 20}}];
	assert.equal(lossesAfter([before, emptied, emptied, weLost], 20), '17051 lost 16384 slots and 20 keys to 17060');
});

test('a merge is forgotten after an hour', () => {
	assert.notEqual(lossesAfter([before, bothOwn, weLost, weLost], 1000), undefined);
	assert.equal(lossesAfter([before, bothOwn, weLost, weLost], 3600), undefined);
});
