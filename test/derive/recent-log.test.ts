import assert from 'node:assert/strict';
import {test} from 'node:test';
import {recentEntries, shorterThanMinute} from '../../source/derive/recent-log.js';

const nowMs = 1_000_000;
/** Log entries, newest first, from pairs of id and age in seconds. */
const log = (...pairs: ReadonlyArray<readonly [id: number, ageSeconds: number]>) =>
	pairs.map(([id, ageSeconds]) => ({id, atMs: nowMs - ageSeconds * 1000}));
const longAgo = 86_400;

const cases: ReadonlyArray<
	readonly [name: string, entries: ReturnType<typeof log>, uptime: number | undefined, expected: unknown]
> = [
	['an empty log', log(), longAgo, undefined],
	['an entry that is older than a minute', log([9, 1], [8, 30], [7, 90]), longAgo, undefined],
	['all entries of an old process', log([1, 5], [0, 20]), longAgo, undefined],
	['all entries of a young process', log([1, 5], [0, 20]), 25, {count: 2, overMs: 25_000}],
	['an empty log of a young process', log(), 25, {count: 0, overMs: 25_000}],
	['the part that the first reading asked for', log([130, 0.5], [129, 2], [128, 8]), longAgo, {count: 3, overMs: 8000}],
	['entries that the server dropped', log([9, 1], [8, 2], [5, 10], [4, 50]), longAgo, {count: 2, overMs: 2000}],
	['a gap that is older than a minute', log([9, 1], [8, 2], [5, 70]), longAgo, undefined],
	['a server that hides its uptime', log([0, 20]), undefined, undefined],
	['a server whose clock is before the entry', log([7, -1]), longAgo, {count: 1, overMs: 0}],
];
for (const [name, entries, uptime, expected] of cases) {
	test(`entries of the last minute: ${name}`, () => {
		assert.deepEqual(shorterThanMinute(entries, nowMs, uptime), expected);
	});
}

test('without a shorter time the count is that of the minute', () => {
	assert.deepEqual(recentEntries({entries: [], lost: 0, perMinute: 7}), {count: 7, overMs: 60_000});
	const shorter = {count: 3, overMs: 8000};
	assert.equal(recentEntries({entries: [], lost: 0, perMinute: 7, shorter}), shorter);
});
