import assert from 'node:assert/strict';
import test from 'node:test';
import {fleetTotals} from '../../source/topology/fleet-totals.js';
import {type RecordParts, recordFrom} from '../harness/records.js';
import {fleetOf, gone} from './fleets.js';

const node = (index: number, parts: RecordParts) => recordFrom({address: `10.0.0.${index}:6379`, ...parts});

const timed = (fast: number, slow: number): Pick<RecordParts, 'latency'> => ({
	latency: {
		atMs: 0,
		value: {
			histograms: new Map(),
			elapsedMs: 0,
			runId: undefined,
			bounds: new Map([
				[
					'get',
					{
						calls: fast + slow,
						overMs: 1000,
						p50: 8,
						p99: slow > 0 ? 1024 : 8,
						p999: undefined,
						max: 1024,
						buckets: [
							{bound: 8, count: fast},
							{bound: 1024, count: slow},
						],
					},
				],
			]),
		},
	},
});

test('sums are over nodes that answer, keys over primaries, and percentiles over the buckets of all nodes', () => {
	const totals = fleetTotals(
		fleetOf(
			node(1, {
				values: {operations: 100, keys: 10},
				info: {memory: {used_memory: 50, maxmemory: 100}},
				...timed(900, 0),
			}),
			node(2, {role: 'replica', values: {operations: 10, keys: 10}, ...timed(50, 50)}),
			node(3, {values: {operations: 1000, keys: 1000}, failure: gone, reach: 'down'}),
			node(4, {role: 'sentinel', values: {operations: 7}}),
			node(5, {failure: gone, reach: 'down', goneSinceMs: 1}),
		),
	);
	assert.deepEqual([totals.nodes, totals.answering, totals.operations, totals.keys], [3, 2, 110, 10]);
	assert.deepEqual(totals.fullest, {address: '10.0.0.1:6379', value: 0.5});
	assert.deepEqual(totals.slowest, {address: '10.0.0.2:6379', value: 1024});
	// 5 % of a thousand calls were slow: neither node's own p99 says that of them together, and no mean of the two does.
	assert.deepEqual([totals.latency?.calls, totals.latency?.p50, totals.latency?.p99], [1000, 8, 1024]);
	assert.equal(totals.latency?.nodes, 2);
});

test('a total without any source is undefined, not 0', () => {
	const {operations, keys, latency, fullest, slowest} = fleetTotals(fleetOf(node(1, {failure: gone, reach: 'down'})));
	assert.deepEqual(
		[operations, keys, latency, fullest, slowest],
		[undefined, undefined, undefined, undefined, undefined],
	);
});
