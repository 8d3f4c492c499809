import assert from 'node:assert/strict';
import {test} from 'node:test';
import {commandWait, largestWaitShare, parseThreadTime, spentOver, type ThreadTime} from './thread-times.js';

/** Readings 20 ms apart. Each letter is what the thread did meanwhile: run, wait for a processor, or sleep. */
function readings(did: string): ThreadTime[] {
	const times: ThreadTime[] = [{atMs: 0, runMs: 0, waitMs: 0}];
	for (const letter of did) {
		const {atMs, runMs, waitMs} = times.at(-1) ?? {atMs: 0, runMs: 0, waitMs: 0};
		times.push({
			atMs: atMs + 20,
			runMs: runMs + (letter === 'r' ? 20 : 0),
			waitMs: waitMs + (letter === 'w' ? 20 : 0),
		});
	}

	return times;
}

test('a schedstat is run time, wait time and slices; anything else is unknown', () => {
	assert.deepEqual(parseThreadTime('2000000 5500000 12\n', 7), {atMs: 7, runMs: 2, waitMs: 5.5});
	assert.equal(parseThreadTime('', 7), undefined);
	assert.equal(parseThreadTime('2000000 5500000', 7), undefined);
});

test('the time of all readings, and the window in which a thread waited most', () => {
	assert.deepEqual(spentOver(readings('rwws')), {elapsedMs: 80, runMs: 20, waitMs: 40});
	assert.equal(spentOver(readings('')), undefined);
	assert.equal(largestWaitShare(readings('ssswwsss'), 40), 1);
	assert.equal(largestWaitShare(readings('ssswwsss'), 80), 0.5);
	assert.equal(largestWaitShare(readings('ss'), 80), 0);
});

test('a command is long for want of a processor where its thread waited, wherever in the second it ran', () => {
	const times = readings('sssssrwwwwrsssss');
	assert.deepEqual(commandWait(times, 100, 0, 320), {mostRunMs: 40, isWait: true});
});

test('a command that had a processor is long by itself, beside a thread that waits as well', () => {
	assert.equal(commandWait(readings('sssrrrrrsssss'), 100, 0, 260).isWait, false);
	assert.equal(commandWait(readings('swwwwwsssssrrrrrss'), 100, 0, 360).isWait, false);
});

test('a command that slept, as for a disk, did not wait for a processor', () => {
	assert.deepEqual(commandWait(readings('ssssssssss'), 100, 0, 200), {mostRunMs: undefined, isWait: false});
});

test('a wait of another moment proves nothing', () => {
	const times = readings('wwwwwsssssssssssssss');
	assert.equal(commandWait(times, 100, 300, 400).isWait, false);
	assert.equal(commandWait([], 100, 0, 400).isWait, false);
});
