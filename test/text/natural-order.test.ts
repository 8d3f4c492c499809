import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {naturalOrder} from '../../source/text/natural-order.js';

test('numbers in names count as numbers, and case does not', () => {
	const names = ['10.0.0.10:6379', 'b-10', '10.0.0.9:6380', 'B-9', '10.0.0.9:6379', '10.0.0.9:10000', 'a'];
	assert.deepEqual(names.toSorted(naturalOrder), [
		'10.0.0.9:6379',
		'10.0.0.9:6380',
		'10.0.0.9:10000',
		'10.0.0.10:6379',
		'a',
		'B-9',
		'b-10',
	]);
});

test('it is a total order: only identical names are equal, and swapping two negates the result', () => {
	fc.assert(
		fc.property(fc.string(), fc.string(), (a, b) => {
			assert.equal(naturalOrder(a, b) === 0, a === b);
			assert.equal(Math.sign(naturalOrder(a, b)), -Math.sign(naturalOrder(b, a)) + 0);
		}),
	);
});
