import assert from 'node:assert/strict';
import test from 'node:test';
import {measureRecentLag} from '../../source/host/event-loop-lag.js';

test('every reader gets the longest event-loop lag of the last one to two seconds', () => {
	let nowMs = 0;
	let isStopped = false;
	const delays = [0, 300, 20, 10, 10, 10];
	const stop = () => {
		isStopped = true;
	};
	const recent = measureRecentLag(() => nowMs, {readAndReset: () => delays.shift() ?? 0, stop});
	const told = [0, 200, 400, 1100, 1900, 2200].map(atMs => {
		nowMs = atMs;
		return recent.longestMs();
	});
	assert.deepEqual(told, [0, 300, 300, 300, 300, 300]);
	nowMs = 3300;
	assert.equal(recent.longestMs(), 10);
	recent.stop();
	assert.ok(isStopped);
});
