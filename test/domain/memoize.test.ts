import assert from 'node:assert/strict';
import test from 'node:test';
import {memoizeByRef, memoizeLast} from '../../source/domain/memoize.js';

test('memoizeByRef calls the function once for each object, not for each value', () => {
	let made = 0;
	const size = memoizeByRef((of: readonly number[]) => {
		made += 1;
		return of.length;
	});
	const list = [1, 2];
	assert.deepEqual([size(list), size(list), made, size([1, 2]), made], [2, 2, 1, 2, 2]);
});

test('memoizeLast calls the function again when a member differs, or the length', () => {
	let made = 0;
	const sum = memoizeLast((of: readonly number[]) => {
		made += 1;
		return of.reduce((total, member) => total + member, 0);
	});
	const sums = [[], [1, 2], [1, 2], [2, 1], [2, 1, 0], [2, 1], [2, 1], []].map(list => `${sum(list)} ${made}`);
	assert.deepEqual(sums, ['0 1', '3 2', '3 2', '3 3', '3 4', '3 5', '3 5', '0 6']);
});
