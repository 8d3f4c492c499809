import assert from 'node:assert/strict';
import test from 'node:test';
import {updateClusterState} from '../../source/cluster/cluster-state.js';
import {compareViews} from '../../source/cluster/comparison.js';
import {
	type FollowedMove,
	followMoves,
	oneSidedAfterMs,
	slotMoves,
	stuckAfterMs,
} from '../../source/cluster/migrations.js';
import type {AtomicMigration} from '../../source/domain/slot-migration.js';
import {recordFrom} from '../harness/records.js';
import {idOf, nameOf, sixViews, viewFrom} from './views.js';

const out = `17050 master 1 0-5460 [100->-${idOf(17051)}]`;
const into = `17051 master 3 5461-10922 [100-<-${idOf(17050)}]`;
const movesOf = (parts: Parameters<typeof sixViews>[0], from = 0) =>
	slotMoves(compareViews({views: sixViews(parts).slice(from), unreached: []}));
const both = movesOf({17050: {changed: [out]}, 17051: {changed: [into]}});
const counted = (left: number | undefined, there: number | undefined) => (node: string, slot: number) =>
	slot === 100 ? (node === idOf(17050) ? left : there) : undefined;
const follow = (moves: typeof both, ...polls: ReadonlyArray<readonly [atMs: number, left?: number, there?: number]>) =>
	polls.reduce<FollowedMove[]>(
		(before, [atMs, left, there]) => followMoves(before, moves, counted(left, there), atMs),
		[],
	)[0];

test('a slot open on both sides is one move', () => {
	assert.deepEqual(both, [{slot: 100, source: idOf(17050), target: idOf(17051), isMigrating: true, isImporting: true}]);
});

test('a replica that repeats the open slots of its primary gives no move', () => {
	const repeated = `17053 slave:17050 1 [100->-${idOf(17051)}]`;
	assert.deepEqual(movesOf({17053: {changed: [repeated]}}), []);
});

test('the other side of a move is false where it is not open, and undefined where it cannot be asked', () => {
	assert.deepEqual(movesOf({17050: {changed: [out]}})[0], {
		slot: 100,
		source: idOf(17050),
		target: idOf(17051),
		isMigrating: true,
		isImporting: false,
	});
	assert.equal(movesOf({17051: {changed: [into]}})[0]?.isMigrating, false);
	assert.equal(movesOf({17051: {changed: [into]}}, 1)[0]?.isMigrating, undefined);
	assert.deepEqual(movesOf({}), []);
});

test('a move has its remaining keys, its moved keys and its speed', () => {
	const move = follow(both, [0, 1000, 0], [2000, 600, 400]);
	assert.equal(move?.keysLeft, 600);
	assert.equal(move?.keysThere, 400);
	assert.equal(move?.keysPerSecond, 200);
	assert.equal(move?.problem, undefined);
	assert.equal(follow(both, [0, 1000, 0])?.keysPerSecond, undefined);
	assert.equal(follow(both, [0], [2000])?.keysLeft, undefined);
	assert.equal(follow(both, [0, 5, 0], [1000])?.keysLeft, 5, 'a count that is not asked every time stays');
});

test('a move is stuck after ten minutes without a moved key', () => {
	assert.equal(follow(both, [0, 10, 0], [stuckAfterMs - 1, 10, 0])?.problem, undefined);
	assert.equal(follow(both, [0, 10, 0], [stuckAfterMs, 10, 0])?.problem, 'stuck');
	assert.equal(follow(both, [0, 10, 0], [stuckAfterMs - 1, 9, 1], [stuckAfterMs, 9, 1])?.problem, undefined);
	assert.equal(follow(both, [0], [stuckAfterMs])?.problem, 'stuck', 'and none can be counted');
});

test('a move is one-sided when it lasts longer than the time between its two SETSLOT commands', () => {
	const oneSided = movesOf({17050: {changed: [out]}});
	assert.equal(follow(oneSided, [0], [oneSidedAfterMs - 1])?.problem, undefined);
	assert.equal(follow(oneSided, [0], [oneSidedAfterMs])?.problem, 'one-sided');
	const unseen = movesOf({17051: {changed: [into]}}, 1);
	assert.equal(follow(unseen, [0], [oneSidedAfterMs])?.problem, undefined, 'the other side can not be asked');
});

test('a move that ended is forgotten', () => {
	assert.deepEqual(followMoves(followMoves([], both, counted(1, 1), 0), [], counted(1, 1), 1), []);
});

const reported = (port: number, role: 'primary' | 'replica', migration: Partial<AtomicMigration>) =>
	recordFrom({
		address: nameOf(port),
		atMs: 0,
		role,
		clusterNodes: {atMs: 0, value: viewFrom(port).nodes},
		slotMigrations: {
			atMs: 0,
			value: [
				{
					name: 'job',
					operation: 'IMPORT',
					slots: [{first: 8000, last: 8099}],
					source: idOf(17051),
					target: idOf(17050),
					state: 'failed',
					message: '',
					createdMs: undefined,
					updatedMs: 1000,
					remainingBytes: 0,
					...migration,
				},
			],
		},
	});

for (const [name, copy] of [
	['after a failover on its target', {state: 'occurring-on-primary', updatedMs: 9000}],
	['that its source has cancelled', {state: 'failed', updatedMs: 9000}],
] as const) {
	test(`a replica's copy of a migration yields to the report of a primary: ${name}`, () => {
		const own = reported(17051, 'primary', {state: 'canceled'});
		const copied = reported(17053, 'replica', {...copy, source: '', target: ''});
		for (const records of [
			[own, copied],
			[copied, own],
		]) {
			const nodes = new Map(records.map(record => [record.address, record]));
			const {migrations = []} = updateClusterState(undefined, nodes, 0)?.state ?? {};
			assert.deepEqual(
				migrations.map(({state}) => state),
				['canceled'],
			);
		}
	});
}

test("a replica's copy of a migration without a primary's report does not count", () => {
	const copied = reported(17053, 'replica', {state: 'occurring-on-primary', source: '', target: ''});
	const {migrations} = updateClusterState(undefined, new Map([[copied.address, copied]]), 0)?.state ?? {};
	assert.deepEqual(migrations, []);
});
