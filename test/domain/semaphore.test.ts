import assert from 'node:assert/strict';
import test from 'node:test';
import {Semaphore} from '../../source/domain/semaphore.js';

test('never more tasks run than there are places, whenever they come, and each in its turn', async () => {
	const semaphore = new Semaphore(2);
	const order: number[] = [];
	let [running, most] = [0, 0];
	const task = (index: number) =>
		semaphore.run(async () => {
			order.push(index);
			running += 1;
			most = Math.max(most, running);
			await Promise.resolve();
			running -= 1;
		});
	const first = [0, 1, 2, 3].map(task);
	// Comes just when a place becomes free, between its end and the start of the task that waits for it.
	const late = first.slice(0, 2).map(async (done, index) => {
		await done;
		return task(10 + index);
	});
	await Promise.all([...first, ...late]);
	assert.equal(most, 2);
	assert.deepEqual(order, [0, 1, 2, 3, 10, 11]);
});

test('a task that fails gives its place back', async () => {
	const semaphore = new Semaphore(1);
	await assert.rejects(
		semaphore.run(() => Promise.reject(new Error('no'))),
		/no/,
	);
	assert.equal(await semaphore.run(async () => 'yes'), 'yes');
});
