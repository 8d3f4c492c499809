import assert from 'node:assert/strict';
import test from 'node:test';
import {inTime} from '../../source/commands/samples.js';
import {systemClock} from '../../source/domain/clock.js';

test('no look begins after its time, and one that has begun is waited for', async () => {
	const done: string[] = [];
	await inTime(20, [
		async () => {
			done.push('first');
		},
		async () => {
			await systemClock.sleep(60);
			done.push('long');
		},
		async () => {
			done.push('late');
		},
	]);
	assert.deepEqual(done, ['first', 'long']);
});
