import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {filterRows, heldRows, sortRows, visibleRows} from '../../source/text/list.js';

const keys = (length: number) => Array.from({length}, (_, index) => `k${index}`);

test('without a selection the first row is selected', () => {
	assert.deepEqual(visibleRows(keys(10), undefined, 4), {first: 0, last: 4, selectedIndex: 0});
});

test('a selection that is gone selects nothing', () => {
	assert.deepEqual(visibleRows(keys(10), 'gone', 4), {first: 0, last: 4, selectedIndex: -1});
	assert.deepEqual(visibleRows([], undefined, 4), {first: 0, last: 0, selectedIndex: -1});
});

test('the window contains the selection, is full if possible, and stays within the list', () => {
	fc.assert(
		fc.property(fc.nat(60), fc.nat(59), fc.integer({min: -1, max: 30}), (length, selected, height) => {
			const {first, last, selectedIndex} = visibleRows(keys(length), `k${selected}`, height);
			assert.equal(last - first, Math.max(0, Math.min(length, height)));
			assert.ok(first >= 0 && last <= length);
			if (selected < length) {
				assert.equal(selectedIndex, selected);
				assert.ok(height <= 0 || (first <= selected && selected < last));
			}
		}),
	);
});

test('moving down moves the window by half of its height, not with every row', () => {
	const firsts = keys(40).map(key => visibleRows(keys(40), key, 10).first);
	assert.equal(new Set(firsts).size, 8);
});

test('numbers sort from the largest, text from A, the unknown last, equals in their order', () => {
	const rows = [
		{name: 'b', calls: 1},
		{name: 'a', calls: undefined},
		{name: 'c', calls: 9},
		{name: 'd', calls: 1},
	];
	const names = (sorted: typeof rows) => sorted.map(({name}) => name).join('');
	assert.equal(names(sortRows(rows, ({calls}) => calls)), 'cbda');
	assert.equal(names(sortRows(rows, ({calls}) => calls, true)), 'bdca');
	assert.equal(names(sortRows(rows, ({name}) => name)), 'abcd');
	assert.equal(names(sortRows(rows, ({name}) => name, true)), 'dcba');
});

test('a filter ignores case, and ! inverts it', () => {
	const rows = ['GET', 'hget', 'set'];
	const filtered = (filter: string) => filterRows(rows, filter, row => row);
	assert.deepEqual(filtered('get'), ['GET', 'hget']);
	assert.deepEqual(filtered('!get'), ['set']);
	assert.equal(filtered(''), rows);
	assert.equal(filtered('!'), rows);
});

test('rows keep their held positions, and a new row stands where its value belongs', () => {
	const inOrder = (rows: string, held: string) =>
		heldRows([...rows], row => row, new Map([...held].map((key, index) => [key, index]))).join('');
	assert.equal(inOrder('cab', 'abc'), 'abc');
	assert.equal(inOrder('cxab', 'abc'), 'abcx', 'behind the row that it follows');
	assert.equal(inOrder('xcab', 'abc'), 'xabc', 'a new row with the largest value is the first');
	assert.equal(inOrder('axyb', 'ba'), 'baxy', 'new rows keep their own order');
	assert.equal(inOrder('ca', 'abc'), 'ac', 'a row that has left');
	const rows = ['b', 'a'];
	assert.equal(
		heldRows(rows, row => row, undefined),
		rows,
	);
});

test('holding an order neither loses nor doubles a row', () => {
	fc.assert(
		fc.property(fc.uniqueArray(fc.nat(20)), fc.uniqueArray(fc.nat(20)), (rows, held) => {
			const positions = new Map(held.map((key, index) => [String(key), index]));
			const placed = heldRows(rows, String, positions);
			assert.deepEqual(placed.toSorted(), rows.toSorted());
			assert.deepEqual(
				placed.filter(row => held.includes(row)),
				held.filter(row => rows.includes(row)),
			);
		}),
	);
});
