import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {cellWidth} from '../../source/text/cell-width.js';
import {cutLine, cutStart, fit, lineWidth, padLine, partsThatFit} from '../../source/text/fit.js';
import {plainText, type Span, span} from '../../source/text/line.js';

const cases: ReadonlyArray<readonly [result: string, text: string, width: number, align?: 'left' | 'right']> = [
	['abc  ', 'abc', 5],
	['  abc', 'abc', 5, 'right'],
	['abc', 'abc', 3],
	['ab…', 'abcd', 3],
	['…', 'abcd', 1],
	['', 'abcd', 0],
	['', 'abcd', -3],
	['日… ', '日本語', 4],
	['日本', '日本', 4],
	['…', '日本', 1],
	['   ', '', 3],
];

for (const [result, text, width, align] of cases) {
	test(`fit("${text}", ${width}${align ? `, ${align}` : ''}) is "${result}"`, () => {
		assert.equal(fit(text, width, align), result);
	});
}

test('cutStart keeps the end of the text', () => {
	assert.equal(cutStart('abcd', 4), 'abcd');
	assert.equal(cutStart('abcd', 3), '…cd');
	assert.equal(cutStart('日本語', 4), '…語');
	assert.equal(cutStart('abcd', 0), '');
	fc.assert(fc.property(fc.string(), fc.nat(20), (text, width) => cellWidth(cutStart(text, width)) <= width));
});

test('an ellipsis wider than the room is left out', () => {
	assert.equal(fit('abcdef', 2, 'left', '...'), 'ab');
});

const text = fc.oneof(fc.string(), fc.string({unit: 'grapheme'}), fc.string({unit: 'binary'}));

test('fit is exactly as wide as asked', () => {
	fc.assert(
		fc.property(text, fc.integer({min: -2, max: 40}), fc.constantFrom('left', 'right'), (value, width, align) => {
			assert.equal(cellWidth(fit(value, width, align)), Math.max(0, width));
		}),
	);
});

const spans = fc.array(fc.record({text: fc.string({unit: 'grapheme-ascii'}), tone: fc.constant('plain' as const)}));

test('a line is cut to at most and padded to exactly the width', () => {
	fc.assert(
		fc.property(spans, fc.integer({min: -2, max: 60}), (line, width) => {
			assert.ok(lineWidth(cutLine(line, width)) <= Math.max(0, width));
			assert.equal(lineWidth(padLine(line, width)), Math.max(0, width));
		}),
	);
});

test('a line that fits is returned unchanged', () => {
	const line: readonly Span[] = [span('used ', 'label'), span('5.46G')];
	assert.equal(cutLine(line, 10), line);
	assert.equal(cutLine(line, 20), line);
});

test('a cut line ends with the ellipsis in the tone of the cut span', () => {
	const line = cutLine([span('used ', 'label'), span('5.46G', 'warning'), span('!', 'critical')], 9);
	assert.equal(plainText(line), 'used 5.4…');
	assert.deepEqual(line.at(-1), span('5.4…', 'warning'));
});

test('of several parts, those that fit are whole, and the first is always there', () => {
	const parts = [[span('one')], [span(' two')], [span(' three')]];
	assert.deepEqual(
		[13, 12, 7, 6, 3, 2].map(width => plainText(partsThatFit(parts, width))),
		['one two three', 'one two', 'one two', 'one', 'one', 'one'],
	);
	assert.deepEqual(partsThatFit([], 10), []);
});
