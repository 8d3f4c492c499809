import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {longestWindowSeconds, type SavePoint, savePoints} from '../../source/derive/save-points.js';

const cases: ReadonlyArray<readonly [name: string, setting: string, points: readonly SavePoint[], longest: number]> = [
	['saving is off', '', [], 0],
	['one pair', '60 10000', [{seconds: 60, changes: 10_000}], 60],
	[
		'pairs in the order of the setting',
		'3600 1 300 100',
		[
			{seconds: 3600, changes: 1},
			{seconds: 300, changes: 100},
		],
		3600,
	],
	[
		'any white space between and around',
		' 60 5\t300\n 10 ',
		[
			{seconds: 60, changes: 5},
			{seconds: 300, changes: 10},
		],
		300,
	],
	['seconds without changes', '60', [], 0],
	['a second pair without changes', '60 5 300', [{seconds: 60, changes: 5}], 60],
	['a pair with a word is left out, and the next one stays whole', '60 x 300 10', [{seconds: 300, changes: 10}], 300],
	['words in front of each number', 'x 60 y 5', [], 0],
	['no negative and no decimal numbers', '-60 5 1.5 7 300 10', [{seconds: 300, changes: 10}], 300],
];

for (const [name, setting, points, longest] of cases) {
	test(`save points: ${name}`, () => {
		assert.deepEqual(savePoints(setting), points);
		assert.equal(longestWindowSeconds(savePoints(setting)), longest);
	});
}

test('save points of any list of pairs are these pairs', () => {
	fc.assert(
		fc.property(
			fc.array(fc.record({seconds: fc.nat(), changes: fc.nat()}, {noNullPrototype: true}), {maxLength: 8}),
			pairs => {
				assert.deepEqual(savePoints(pairs.map(({seconds, changes}) => `${seconds} ${changes}`).join(' ')), pairs);
			},
		),
	);
});
