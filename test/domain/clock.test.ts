import assert from 'node:assert/strict';
import {getEventListeners} from 'node:events';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {systemClock} from '../../source/domain/clock.js';

/** A sleep on timers that go on by `tick` alone. */
function sleeper(t: TestContext, durationMs: number, signal?: AbortSignal) {
	t.mock.timers.enable({apis: ['setTimeout']});
	let isOver = false;
	void systemClock.sleep(durationMs, signal).then(() => {
		isOver = true;
	});
	const isOverNow = async () => {
		await nextTurn();
		return isOver;
	};
	return {
		isOver: isOverNow,
		after: async (ms: number) => {
			t.mock.timers.tick(ms);
			return isOverNow();
		},
	};
}

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('a sleep lasts as long as it was told, not shorter and not longer, and leaves no listener', async t => {
	const {signal} = new AbortController();
	const sleep = sleeper(t, 1000, signal);
	assert.equal(await sleep.after(999), false);
	assert.equal(listenersOf(signal), 1);
	assert.equal(await sleep.after(1), true);
	assert.equal(listenersOf(signal), 0);
});

test('an aborted sleep ends at once and leaves no listener', async t => {
	const end = new AbortController();
	const sleep = sleeper(t, 1000, end.signal);
	assert.equal(await sleep.isOver(), false);
	end.abort();
	assert.equal(await sleep.isOver(), true);
	assert.equal(listenersOf(end.signal), 0);
});

test('a sleep whose signal is aborted already never begins', async t => {
	const signal = AbortSignal.abort();
	assert.equal(await sleeper(t, 1000, signal).isOver(), true);
	assert.equal(listenersOf(signal), 0);
});

test('a negative duration does not wait', async t => {
	const sleep = sleeper(t, -5);
	assert.equal(await sleep.after(0), true);
});

test('a sleep keeps the process alive until it is aborted', async () => {
	const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
	const before = timers();
	const end = new AbortController();
	const sleeping = systemClock.sleep(60_000, end.signal);
	assert.equal(timers(), before + 1);
	end.abort();
	await sleeping;
	assert.equal(timers(), before);
});

test('wall time is the machine’s, and monotonic time does not run backwards', () => {
	const earliest = Date.now();
	const now = systemClock.now();
	assert.ok(now >= earliest && now <= Date.now());
	const readings = Array.from({length: 1000}, () => systemClock.elapsed());
	assert.deepEqual(
		readings,
		readings.toSorted((a, b) => a - b),
	);
});
