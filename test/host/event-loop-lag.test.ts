import assert from 'node:assert/strict';
import test from 'node:test';
import {watchRecentDelay} from '../../source/host/event-loop-lag.js';

test('the longest delay of the last one to two seconds is told to everybody who asks', () => {
	let nowMs = 0;
	let isStopped = false;
	const delays = [0, 300, 20, 10, 10, 10];
	const stop = () => {
		isStopped = true;
	};
	const recent = watchRecentDelay(() => nowMs, {take: () => delays.shift() ?? 0, stop});
	const told = [0, 200, 400, 1100, 1900, 2200].map(atMs => {
		nowMs = atMs;
		return recent.lately();
	});
	assert.deepEqual(told, [0, 300, 300, 300, 300, 300]);
	nowMs = 3300;
	assert.equal(recent.lately(), 10);
	recent.stop();
	assert.ok(isStopped);
});
