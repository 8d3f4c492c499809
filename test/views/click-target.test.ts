import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clickTarget} from '../../source/views/click-target.js';

const list = [
	'redis-top 127.0.0.1:6379',
	'ok all answer',
	'┌─ 4 Clients ────────── 3-6 of 9 ─┐',
	'│ ID   NAME                       │',
	'│ 12   a                          │',
	'│>13   b                          │',
	'│ 14   c                          │',
	'│ 15   d                          │',
	'│                                 │',
	'└─────────────────────────────────┘',
	' ? help',
];

const cards = [
	'header',
	'verdict',
	'┌─ 2 Memory ──┐┌─ Throughput ─┐',
	'│ used  1.0M  ││ ops  5/s      │',
	'└─────────────┘└──────────────┘',
	'+- 6 Slow log --+',
	'| 12 ms  sort   |',
	'+---------------+',
];

test('a click on a row says how far it is from the selected one', () => {
	// The selected row, b, is the fourth of the list: row 3 from 0.
	const at = (row: number) => clickTarget(list, 'clients', 3, {column: 5, row});
	assert.deepEqual(at(5), {kind: 'row', by: 0});
	assert.deepEqual(at(7), {kind: 'row', by: 2});
	assert.deepEqual(at(4), {kind: 'row', by: -1});
	for (const row of [0, 1, 3, 8, 9, 10]) {
		assert.equal(at(row), undefined, `row ${row}`);
	}
});

test('a click on another panel opens it, in ASCII too', () => {
	const at = (column: number, row: number) => clickTarget(cards, 'overview', 0, {column, row});
	assert.deepEqual(at(3, 3), {kind: 'panel', panel: 'memory'});
	assert.deepEqual(at(3, 2), {kind: 'panel', panel: 'memory'});
	assert.deepEqual(at(3, 6), {kind: 'panel', panel: 'slowlog'});
	assert.equal(at(20, 3), undefined);
	assert.equal(at(3, 0), undefined);
	assert.equal(at(500, 500), undefined);
});
