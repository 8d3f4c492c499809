import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {sanitize} from '../../source/text/sanitize.js';

const cases: ReadonlyArray<readonly [given: string, shown: string]> = [
	['', ''],
	['plain text, 100 %', 'plain text, 100 %'],
	['C:\\data\\n', 'C:\\data\\n'],
	['a\nb\r\tc\bd\u{7}', 'a\\nb\\r\\tc\\bd\\a'],
	['\u{1b}[31mred\u{1b}[0m', '\\x1b[31mred\\x1b[0m'],
	['\u{1b}]52;c;ZXZpbA==\u{7}', '\\x1b]52;c;ZXZpbA==\\a'],
	['\0\u{7f}\u{9b}2J', '\\x00\\x7f\\x9b2J'],
	[
		'user\u{202e}nimda\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}',
		'user\\u{202e}nimda\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{61c}',
	],
	['a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f\u{ad}', 'a\\u{200b}b\\u{200c}c\\u{200d}d\\u{2060}e\\u{feff}f\\xad'],
	['one\u{2028}two\u{2029}', 'one\\u{2028}two\\u{2029}'],
	['\u{fe0f}\u{e0100}\u{e0041}', '\\u{fe0f}\\u{e0100}\\u{e0041}'],
	['\u{115f}\u{3164}\u{180e}', '\\u{115f}\\u{3164}\\u{180e}'],
	['lone \ud800 and \udc00.', 'lone \\u{d800} and \\u{dc00}.'],
	['bytes \u{fffd}\u{fffd}', 'bytes \\u{fffd}\\u{fffd}'],
	['\u{e000}\u{ffff}\u{10ffff}', '\\u{e000}\\u{ffff}\\u{10ffff}'],
	['Größe 東京 🦀 é', 'Größe 東京 🦀 é'],
];

for (const [given, shown] of cases) {
	test(`shows ${JSON.stringify(given)} as ${JSON.stringify(shown)}`, () => {
		assert.equal(sanitize(given), shown);
	});
}

// Listed by hand, independently of the program's Unicode properties.
const forbidden =
	/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{fffd}\u{e0000}-\u{e0fff}]|[\u{fe00}-\u{fe0f}]|\p{C}/u;

test('escapes every control, format and invisible character', () => {
	fc.assert(
		fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.string({unit: 'binary-ascii'})), text => {
			assert.doesNotMatch(sanitize(text), forbidden);
		}),
		{numRuns: 2000},
	);
	// A lone surrogate, which generators of code points never make.
	fc.assert(
		fc.property(fc.array(fc.integer({min: 0, max: 0xff_ff})), units => {
			assert.doesNotMatch(sanitize(String.fromCharCode(...units)), forbidden);
		}),
		{numRuns: 2000},
	);
});

test('escapes every single unsafe code unit', () => {
	for (let unit = 0; unit <= 0xff_ff; unit++) {
		assert.doesNotMatch(sanitize(String.fromCharCode(unit)), forbidden);
	}
});

test('leaves printable text unchanged', () => {
	fc.assert(
		fc.property(fc.string({unit: fc.integer({min: 0x20, max: 0x7e}).map(code => String.fromCharCode(code))}), text => {
			assert.equal(sanitize(text), text);
		}),
	);
});
