import assert from 'node:assert/strict';
import {test} from 'node:test';
import {heldPositions, nextOrder, orderHeldMs} from '../../source/state/held-order.js';
import {newView, reduceView} from '../../source/state/reduce-view.js';
import type {ViewState} from '../../source/state/view-state.js';

const nowMs = Date.UTC(2026, 10, 23, 14, 2, 31);
const node = '10.0.1.11:6379';
const view = newView('clients', 1000);

const held = (keys: readonly string[], from: ViewState = view): ViewState =>
	reduceView(from, {kind: 'order-changed', order: nextOrder(from, node, () => keys, nowMs)});

test('an order holds for five seconds, and then follows the values', () => {
	const first = held(['a', 'b']);
	assert.deepEqual(heldPositions(first, node), new Map(Object.entries({a: 0, b: 1})));
	assert.equal(
		nextOrder(first, node, () => ['b', 'a'], nowMs + orderHeldMs - 1),
		first.order,
	);
	const later = nextOrder(first, node, () => ['b', 'a'], nowMs + orderHeldMs);
	assert.deepEqual([...later.positions.keys()], ['b', 'a']);
	assert.deepEqual(
		[...nextOrder(first, node, () => ['b', 'a'], nowMs - 1).positions.keys()],
		['b', 'a'],
		'a clock that was set back makes a new order',
	);
});

test('another sort, filter, grouping, node, panel or baseline has an order of its own at once', () => {
	const first = held(['a', 'b']);
	const others: readonly ViewState[] = [
		reduceView(first, {kind: 'sorted', sort: 'memory'}),
		reduceView(first, {kind: 'sort-inverted'}),
		reduceView(first, {kind: 'filter-typed', text: 'api'}),
		reduceView(first, {kind: 'grouping-stepped'}),
		reduceView(first, {kind: 'panel-opened', panel: 'commands'}),
		reduceView(first, {kind: 'baseline-set', atMs: nowMs}),
	];
	for (const other of others) {
		assert.equal(heldPositions(other, node), undefined);
		assert.notEqual(
			nextOrder(other, node, () => ['b'], nowMs),
			first.order,
		);
	}

	assert.equal(heldPositions(first, '10.0.1.12:6379'), undefined);
});

test('a paused screen keeps its order, and a past moment has the order of that moment', () => {
	const first = held(['a', 'b']);
	assert.equal(heldPositions(reduceView(first, {kind: 'paused', atMs: nowMs}), node), first.order?.positions);
	assert.equal(heldPositions(reduceView(first, {kind: 'moment-chosen', atMs: nowMs}), node), undefined);
});
