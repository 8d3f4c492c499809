import assert from 'node:assert/strict';
import {test} from 'node:test';
import {longGone} from '../../source/app/dismiss-gone.js';
import {recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

test('a node that is gone for an hour is dismissed, and no other one', () => {
	const state = stateOf([
		recordFrom({address: '10.0.1.11:6379'}),
		recordFrom({address: '10.0.1.12:6379', goneSinceMs: sampledAtMs - 3_599_999}),
		recordFrom({address: '10.0.1.13:6379', goneSinceMs: sampledAtMs - 3_600_000}),
	]);
	assert.deepEqual(longGone(state, sampledAtMs), ['10.0.1.13:6379']);
});
