import assert from 'node:assert/strict';
import test from 'node:test';
import {createEmulator} from '../harness/screen.js';
import {darkPalette, movingSvg, screenSvg} from './svg.js';

/** The cells of a small terminal that shows a text. */
async function cellsOf(text: string): Promise<string[][]> {
	const emulator = createEmulator(12, 2);
	await emulator.write(text);
	const cells = emulator.cells();
	emulator.dispose();
	return cells;
}

test('a picture has each stretch of text at its place, escaped, in its colour', async () => {
	const svg = screenSvg(await cellsOf('a <b> \x1b[31mred\x1b[0m'), darkPalette, 'a < b');
	assert.match(svg, /<title>a &lt; b<\/title>/);
	assert.match(svg, /<text x="0" y="13" textLength="40" fill="#d0d4dc">a &lt;b&gt;<\/text>/);
	assert.match(svg, /<text x="48" y="13" textLength="24" fill="#e5534b">red<\/text>/);
});

test('inverse text has its colours exchanged, and its background is drawn', async () => {
	const svg = screenSvg(await cellsOf('\x1b[7;1mhot\x1b[0m'), darkPalette, 'a < b');
	assert.match(svg, /<rect x="0" y="0" width="24" height="17" fill="#d0d4dc"\/>/);
	assert.match(svg, /<text x="0" y="13" textLength="24" fill="#14161b" font-weight="bold">hot<\/text>/);
});

test('colours beyond the sixteen are those of xterm', async () => {
	const svg = screenSvg(await cellsOf('\x1b[38;5;208ma\x1b[38;5;244mb\x1b[38;2;1;2;3mc'), darkPalette, 'a < b');
	assert.deepEqual(
		[...svg.matchAll(/fill="(#[0-9a-f]{6})">[abc]</g)].map(([, colour]) => colour),
		['#ff8700', '#808080', '#010203'],
	);
});

test('a moving picture has every screen, each later than the one before', async () => {
	const svg = movingSvg([await cellsOf('one'), await cellsOf('two')], 2, darkPalette, 'a < b');
	assert.match(svg, /animation-delay:0s">.*one[\s\S]*animation-delay:2s">.*two/);
});
