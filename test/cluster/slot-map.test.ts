import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {compareViews} from '../../source/cluster/comparison.js';
import {noConditionStarts, updateConditionStarts} from '../../source/cluster/condition-since.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import {
	coverage,
	type SlotSegment,
	shardNumbers,
	slotCells,
	slotCounts,
	slotSegments,
} from '../../source/cluster/slot-map.js';
import {slotTotal} from '../../source/domain/cluster.js';
import {idOf, later, nameOf, six, sixViews, viewFrom} from './views.js';

const mapped = (views: readonly NodeView[], unreached: readonly number[] = []) =>
	compareViews({views, unreached: unreached.map(port => ({address: nameOf(port), id: idOf(port)}))});

/** The segments after these readings of all views. */
const segmentsAfter = (rounds: ReadonlyArray<readonly NodeView[]>, unreached: readonly number[] = []) => {
	let starts = noConditionStarts;
	let segments: readonly SlotSegment[] = [];
	for (const views of rounds) {
		const comparison = mapped(views, unreached);
		starts = updateConditionStarts(starts, comparison);
		segments = slotSegments(comparison, starts);
	}

	return segments;
};
const short = (segments: readonly SlotSegment[]) =>
	segments.map(({first, last, state, owner}) => `${first}-${last} ${state} ${owner?.slice(0, 5) ?? '-'}`);

test('three owners make three segments that cover all slots', () => {
	const segments = segmentsAfter([sixViews()]);
	assert.deepEqual(short(segments), ['0-5460 owned 17050', '5461-10922 owned 17051', '10923-16383 owned 17052']);
	assert.equal(coverage(slotCounts(segments)), slotTotal);
});

test('every state of a slot has its own segment', () => {
	const taken = ['17053 master 7 0-99', `17050 master 1 0-5460 [200->-${idOf(17051)}]`, '17051 master 3 5461-10000'];
	const views = [
		viewFrom(17050, {changed: taken.slice(1)}),
		viewFrom(17053, {changed: taken}),
		viewFrom(17051, {changed: ['17051 master 3 5461-10000', '17052 master,fail 5 10923-16383']}),
	];
	const failing = views.map(view => ({
		...view,
		nodes: view.nodes.map(node => (node.id === idOf(17052) ? {...node, flags: new Set(['master', 'fail'])} : node)),
	}));
	const segments = segmentsAfter([failing, later(failing, 1000)], [17052]);
	assert.deepEqual(short(segments), [
		'0-99 double 17053',
		'100-199 owned 17050',
		'200-200 migrating 17050',
		'201-5460 owned 17050',
		'5461-10000 owned 17051',
		'10001-10922 uncovered -',
		'10923-16383 failing 17052',
	]);
	const counts = slotCounts(segments);
	assert.deepEqual(counts, {owned: 9900, migrating: 1, failing: 5461, double: 100, uncovered: 922});
	assert.equal(coverage(counts), 9901);
});

/** Slots on their way from 17050 to 17051, ten a round: one of the two views is older than the other. */
const moving = (first: number, atMs: number, isTargetNewer: boolean) => {
	const source = `17050 master 1 ${isTargetNewer ? first : first + 10}-5460`;
	const taken = isTargetNewer ? first + 9 : first - 1;
	const target = taken < 0 ? '17051 master 3 5461-10922' : `17051 master 7 0-${taken} 5461-10922`;
	const views = sixViews({17050: {changed: [source]}, 17051: {changed: [target]}});
	return views.map(view => ({...view, atMs}));
};
const reshard = (isTargetNewer: boolean) => [0, 10, 20, 30].map(first => moving(first, first * 100, isTargetNewer));
for (const isTargetNewer of [false, true]) {
	test(`slots that move while the views are read are served: ${isTargetNewer ? 'two owners' : 'no owner'} for a moment`, () => {
		const rounds = reshard(isTargetNewer);
		for (const [index] of rounds.entries()) {
			const counts = slotCounts(segmentsAfter(rounds.slice(0, index + 1)));
			assert.equal(coverage(counts), slotTotal, JSON.stringify(counts));
		}
	});
}

test('slots that their owner does not claim in two readings are failing', () => {
	const reset = sixViews({17050: {changed: ['17050 master 1']}});
	assert.equal(segmentsAfter([reset, later(reset, 1000)])[0]?.state, 'failing');
});

test('slots of an owner that only redis-top cannot reach are owned', () => {
	assert.equal(segmentsAfter([sixViews().slice(1)], [17050])[0]?.state, 'owned');
});

test('each cell shows the worst of its slots, at any width', () => {
	const segments: SlotSegment[] = [
		{first: 0, last: 8190, state: 'owned', owner: idOf(1)},
		{first: 8191, last: 8191, state: 'double', owner: idOf(2)},
		{first: 8192, last: 16_383, state: 'owned', owner: idOf(3)},
	];
	assert.deepEqual(
		slotCells(segments, 4).map(({state}) => state),
		['owned', 'double', 'owned', 'owned'],
	);
	assert.deepEqual(slotCells(segments, 1), [{state: 'double', owner: idOf(2)}]);
	assert.deepEqual(slotCells(segments, 0), []);
	assert.deepEqual(slotCells(segments, 2)[1], {state: 'owned', owner: idOf(3)});
	fc.assert(
		fc.property(fc.integer({min: 1, max: 400}), width => {
			const cells = slotCells(segments, width);
			assert.equal(cells.length, width);
			assert.equal(cells.filter(({state}) => state === 'double').length, 1);
			assert.equal(cells[0]?.owner === idOf(1) || width <= 2, true);
		}),
	);
});

test('shards are numbered by their lowest slot, and second owners of slots come last', () => {
	const views = [
		...sixViews().slice(0, 3),
		viewFrom(17053, {changed: ['17053 master 7 0-5460', '17050 slave:17053 7']}),
	];
	assert.deepEqual(
		[...shardNumbers(mapped(views))].map(([id, shard]) => `${id.slice(0, 5)} ${shard}`),
		['17050 1', '17051 2', '17052 3', '17053 4'],
	);
	assert.equal(shardNumbers(mapped([viewFrom(17050, {lines: six.slice(0, 1)})])).size, 1);
});
