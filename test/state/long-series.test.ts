import assert from 'node:assert/strict';
import test from 'node:test';
import {scale} from '../../source/domain/scale.js';
import {capacityOf, LongSeries} from '../../source/state/long-series.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {longSeries, shortSeries} from '../../source/state/new-record.js';
import {emptyRecord} from '../harness/records.js';

/** Nodes with short series, and what their focus makes of them. */
function nodesOf(count: number) {
	const series = new LongSeries();
	const nodes = new Map<NodeRecord['address'], NodeRecord>(
		Array.from({length: count}, (_, index) => emptyRecord(`10.0.1.${index}:6379`)).map(record => [
			record.address,
			record,
		]),
	);
	const addresses = [...nodes.keys()];
	return {
		addresses,
		focus(index: number) {
			for (const record of series.focus(nodes, addresses[index])) {
				nodes.set(record.address, record);
			}
		},
		long: () => [...nodes.values()].filter(record => capacityOf(record) === longSeries).map(({address}) => address),
		record: (index: number) => nodes.get(addresses[index] as NodeRecord['address']),
	};
}

test('a node in focus gets a long series, which keeps its readings', () => {
	const {focus, record, long, addresses} = nodesOf(2);
	for (const value of [3, undefined, 5]) {
		record(0)?.series.get('operations')?.push(value);
	}

	focus(0);
	assert.deepEqual(long(), [addresses[0]]);
	const operations = record(0)?.series.get('operations');
	assert.deepEqual(operations?.latest(9), [3, undefined, 5]);
	assert.deepEqual([operations?.taken, operations?.prepended, operations?.isCoarse], [3, 0, false]);
	operations?.prepend([1, 2]);
	assert.deepEqual(operations?.latest(9), [1, 2, 3, undefined, 5]);
});

test('of many nodes, those that were put in focus last keep a long series', () => {
	const count = scale.lengthenedNodes + 2;
	const {focus, long, addresses, record} = nodesOf(count);
	for (let index = 0; index < count - 1; index++) {
		focus(index);
		// The first one is looked at again and again.
		focus(0);
	}

	assert.equal(long().length, scale.lengthenedNodes);
	assert.ok(long().includes(addresses[0] as NodeRecord['address']));
	assert.ok(!long().includes(addresses[1] as NodeRecord['address']));
	assert.equal(record(1)?.series.get('operations')?.capacity, shortSeries);
});
