import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {bigHeight, bigLines, bigText, bigWidth} from '../../source/text/big-text.js';
import {cellWidth} from '../../source/text/cell-width.js';
import {asciiGlyphs, unicodeGlyphs} from '../../source/text/glyphs.js';

test('letters as they look', () => {
	assert.deepEqual(bigText('1%', 'small', unicodeGlyphs), ['▄█  ▀ █', ' █  ▄▀ ', '▀▀▀ ▀ ▀']);
	assert.deepEqual(bigText('7', {across: 2, down: 1}, asciiGlyphs), ['######', '    ##', '  ##  ', '  ##  ', '  ##  ']);
	assert.deepEqual(bigText('7', 'small', asciiGlyphs), ['###', '  #', ' # ', ' # ', ' # ']);
});

test('any text: as many rows as its size has, each as wide as announced', () => {
	fc.assert(
		fc.property(
			fc.string({maxLength: 30, unit: 'grapheme'}),
			fc.constantFrom('small' as const, {across: 2, down: 1} as const),
			fc.constantFrom(unicodeGlyphs, asciiGlyphs),
			(text, size, glyphs) => {
				const rows = bigText(text, size, glyphs);
				assert.equal(rows.length, bigHeight(size, glyphs));
				for (const row of rows) {
					assert.equal(cellWidth(row), bigWidth(text, size));
				}
			},
		),
	);
});

test('at most the given width and number of lines; omitted text is marked', () => {
	assert.deepEqual(bigLines('no reply from a:1', 'small', 60, 2), ['no reply from', 'a:1']);
	assert.deepEqual(bigLines('one two three', 'small', 20, 1), ['one..']);
	fc.assert(
		fc.property(
			fc.string({maxLength: 80}),
			fc.integer({min: 0, max: 200}),
			fc.integer({min: 1, max: 4}),
			(text, width, most) => {
				const lines = bigLines(text, 'small', width, most);
				assert.ok(lines.length <= most);
				for (const line of lines) {
					assert.ok(bigWidth(line, 'small') <= width || line === '', line);
				}
			},
		),
	);
});
