import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {cellWidth} from '../../source/text/cell-width.js';
import {wrapWhole, wrapWords} from '../../source/text/wrap-words.js';

test('rows are broken between words, and a word that is too wide is cut', () => {
	assert.deepEqual(wrapWords('one two three', 7), ['one two', 'three']);
	assert.deepEqual(wrapWords('one two three', 7, '  '), ['one two', '  three']);
	assert.deepEqual(wrapWords('/var/lib/data is full', 8), ['/var/...', 'is full']);
	assert.deepEqual(wrapWords('', 5), ['']);
});

test('wrapWhole: a word that is too wide takes several rows', () => {
	assert.deepEqual(wrapWhole('/var/lib/data is full', 8), ['/var/lib', '/data is', 'full']);
	assert.deepEqual(wrapWhole('SET abcdefghij', 5), ['SET', 'abcde', 'fghij']);
	assert.deepEqual(wrapWhole('日本語', 4), ['日本', '語']);
});

test('nothing is lost, and no row is too wide', () => {
	const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), {minLength: 1, maxLength: 8});
	fc.assert(
		fc.property(words, fc.integer({min: 1, max: 20}), (given, width) => {
			const rows = wrapWhole(given.join(' '), width);
			assert.ok(rows.every(row => cellWidth(row) <= width));
			assert.equal(rows.join('').replaceAll(' ', ''), given.join(''));
		}),
	);
});
