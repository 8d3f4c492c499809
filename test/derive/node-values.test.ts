import assert from 'node:assert/strict';
import test from 'node:test';
import {nodeValues} from '../../source/derive/node-values.js';
import {sampleOf} from '../harness/samples.js';

const earlier = sampleOf({stats: {total_commands_processed: 100, keyspace_hits: 5}, memory: {used_memory: 1000}}, 1000);
const later = sampleOf({stats: {total_commands_processed: 400, keyspace_hits: 2}, memory: {used_memory: 900}}, 3000);

test('a counter is its rate, a gauge is as read', () => {
	const values = nodeValues(earlier, later);
	assert.equal(values.get('operations'), 150);
	assert.equal(values.get('usedMemory'), 900);
});

test('a counter that fell and a field that is not there are unknown, not 0', () => {
	const values = nodeValues(earlier, later);
	assert.equal(values.get('hits'), undefined);
	assert.equal(values.get('misses'), undefined);
	assert.equal(values.get('keys'), undefined);
});

test('a first sample has gauges and no rates', () => {
	const values = nodeValues(undefined, later);
	assert.equal(values.get('operations'), undefined);
	assert.equal(values.get('usedMemory'), 900);
});
