import assert from 'node:assert/strict';
import fc from 'fast-check';
import {lineWidth} from '../../source/text/fit.js';
import {asciiGlyphs} from '../../source/text/glyphs.js';
import {plainText} from '../../source/text/line.js';
import type {Panel, PanelInput, Rect} from '../../source/views/panel.js';

/**
The lines that a panel draws into a rectangle, without colours and trailing blanks. Fails when a line is wider than the
rectangle, when there are too many lines, or when a line has a control character.
*/
export function panelText(panel: Panel, input: PanelInput, rect: Rect): string[] {
	const size = `${rect.width}×${rect.height}`;
	const lines = panel.draw(input, rect);
	assert.ok(lines.length <= rect.height, `${panel.id} drew ${lines.length} lines into ${size}`);
	return lines.map(line => {
		const text = plainText(line);
		assert.ok(lineWidth(line) <= rect.width, `${panel.id} at ${size} is ${lineWidth(line)} wide: ${text}`);
		assert.doesNotMatch(text, /\p{Cc}/u, `${panel.id} at ${size} drew a control character`);
		return text.trimEnd();
	});
}

/**
Draws the panel at random sizes from 1×1 to 400×120, in both glyph sets, and checks the lines as `panelText` does.
*/
export function assertAnySize(panel: Panel, inputs: readonly PanelInput[], runs = 60): void {
	const size = fc.oneof(
		fc.record({width: fc.integer({min: 1, max: 400}), height: fc.integer({min: 1, max: 120})}),
		fc.record({width: fc.integer({min: 1, max: 80}), height: fc.integer({min: 1, max: 24})}),
	);
	fc.assert(
		fc.property(fc.constantFrom(...inputs), fc.boolean(), size, (input, isAscii, rect) => {
			const drawn = panelText(panel, isAscii ? {...input, glyphs: asciiGlyphs} : input, rect);
			if (isAscii && input.node !== undefined) {
				assert.doesNotMatch(drawn.join('\n'), /[^\n -~]/, 'not ASCII');
			}
		}),
		{numRuns: runs},
	);
}
