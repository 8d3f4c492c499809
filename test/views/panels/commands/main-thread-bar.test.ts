import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {MainThreadPart} from '../../../../source/derive/main-thread.js';
import {asciiGlyphs, unicodeGlyphs} from '../../../../source/text/glyphs.js';
import {plainText} from '../../../../source/text/line.js';
import {cellsOf, mainThreadBar, mainThreadText} from '../../../../source/views/panels/commands/main-thread-bar.js';

const part = (id: MainThreadPart['id'], name: string, share: number): MainThreadPart => ({
	id,
	name,
	share,
	field: undefined,
});

const parts = [
	part('command', 'get', 0.3),
	part('command', 'set', 0.1),
	part('commands', 'other commands', 0.002),
	part('loop', 'event loop', 0.198),
	part('idle', 'idle', 0.4),
];

test('the bar has a fill for each part, and the line below names them', () => {
	assert.deepEqual(mainThreadBar(parts, 54, unicodeGlyphs).map(plainText), [
		' main thread ████████████▇▇▇▇▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░',
		' █ get 30% ▇ set 10% ▒ event loop 20% ░ idle 40% ',
	]);
	assert.deepEqual(mainThreadBar(parts, 34, asciiGlyphs).map(plainText), [
		' main thread 11111122====........',
		' 1 get 30% 2 set 10% . idle 40% ',
	]);
});

test('the text names the largest parts that fit', () => {
	assert.equal(mainThreadText(parts, 60), 'GET 30% SET 10% event loop 20% idle 40%');
	assert.equal(mainThreadText(parts, 16), 'GET 30% SET 10%');
	assert.equal(mainThreadText([part('idle', 'idle', 1)], 3), '-');
});

test('the cells of the parts add up to the width of the bar', () => {
	fc.assert(
		fc.property(
			fc.array(fc.double({min: 0.001, max: 1, noNaN: true}), {minLength: 1, maxLength: 12}),
			fc.integer({min: 0, max: 300}),
			(sizes, width) => {
				const sum = sizes.reduce((all, size) => all + size, 0);
				const cells = cellsOf(
					sizes.map(size => size / sum),
					width,
				);
				assert.equal(
					cells.reduce((all, size) => all + size, 0),
					width,
				);
				assert.ok(cells.every(size => size >= 0));
			},
		),
	);
});

test('where nothing is known of most of it, its parts are words alone', () => {
	const untold = [part('loop', 'event loop', 0.1), part('untold', 'idle or unknown', 0.9)];
	assert.deepEqual(mainThreadBar(untold, 60, unicodeGlyphs).map(plainText), [
		' main thread ▒ event loop 10% ? idle or unknown 90% ',
	]);
});

test('time without a processor is idle on every version, and comes after all work', () => {
	const rest = {...part('untold', 'idle or waiting', 0.9), field: 'used_cpu_user_main_thread'};
	const idle = [part('command', 'get', 0.1), rest];
	assert.deepEqual(mainThreadBar(idle, 54, unicodeGlyphs).map(plainText), [
		' main thread ████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░',
		' █ get 10% ░ idle or waiting 90% ',
	]);
	assert.equal(mainThreadText(idle, 60), 'GET 10% idle or waiting 90%');
});
