import assert from 'node:assert/strict';
import test from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {TimeSlicer} from '../../source/poll/time-slicer.js';

/** So many pieces of work that have all come, each of a given time: how many were done by each turn of the event loop. */
async function doneByTurn(pieces: number, tookMs: number): Promise<number[]> {
	let elapsedMs = 0;
	const done: number[] = [];
	const slices = new TimeSlicer(() => elapsedMs);
	const work = async (_: unknown, piece: number) => {
		const turn = slices.yieldIfDue();
		if (turn !== undefined) {
			await turn;
		}

		elapsedMs += tookMs;
		done.push(piece);
	};

	const all = Array.from({length: pieces}, work);
	const counts = [done.length];
	while (done.length < pieces) {
		await nextTurn();
		counts.push(done.length);
	}

	await Promise.all(all);
	assert.deepEqual(
		done,
		done.toSorted((a, b) => a - b),
		'in their order',
	);
	return counts;
}

test('short tasks all run at once', async () => {
	assert.deepEqual(await doneByTurn(1000, 0), [1000]);
});

test('long tasks run in slices of eight milliseconds, complete and in order', async () => {
	assert.deepEqual(await doneByTurn(9, 3), [3, 6, 9]);
	assert.deepEqual(await doneByTurn(3, 20), [1, 2, 3]);
});

test('each turn of the event loop has a whole slice', async () => {
	let elapsedMs = 0;
	const slices = new TimeSlicer(() => elapsedMs);
	assert.equal(slices.yieldIfDue(), undefined);
	elapsedMs = 7;
	assert.equal(slices.yieldIfDue(), undefined);
	await nextTurn();
	elapsedMs = 14;
	assert.equal(slices.yieldIfDue(), undefined);
	elapsedMs = 21;
	assert.equal(slices.yieldIfDue(), undefined);
	elapsedMs = 22;
	assert.notEqual(slices.yieldIfDue(), undefined);
});
