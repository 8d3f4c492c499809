import assert from 'node:assert/strict';
import {getEventListeners} from 'node:events';
import test from 'node:test';
import {systemClock} from '../../source/domain/clock.js';

const never = 2 ** 31 - 1;

test('an aborted sleep ends at once and leaves no listener', async () => {
	const end = new AbortController();
	const sleeping = systemClock.sleep(never, end.signal);
	assert.equal(getEventListeners(end.signal, 'abort').length, 1);
	end.abort();
	await sleeping;
	assert.equal(getEventListeners(end.signal, 'abort').length, 0);
});

test('a sleep whose signal is aborted already never begins', async () => {
	await systemClock.sleep(never, AbortSignal.abort());
});

test('a sleep that ends by itself leaves no listener', async () => {
	const end = new AbortController();
	await systemClock.sleep(1, end.signal);
	assert.equal(getEventListeners(end.signal, 'abort').length, 0);
});

test('a negative duration is no error', async () => {
	await systemClock.sleep(-5);
});

test('monotonic time does not run backwards', () => {
	const readings = Array.from({length: 1000}, () => systemClock.elapsed());
	assert.deepEqual(
		readings,
		readings.toSorted((a, b) => a - b),
	);
});
