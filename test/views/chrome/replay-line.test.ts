import assert from 'node:assert/strict';
import test from 'node:test';
import {keyboardWith} from '../../../source/keys/keyboard.js';
import type {ReplayView} from '../../../source/state/view-state.js';
import {lineWidth} from '../../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs} from '../../../source/text/glyphs.js';
import {plainText} from '../../../source/text/line.js';
import {barSpans, replayLine} from '../../../source/views/chrome/replay-line.js';

const beganMs = Date.UTC(2026, 10, 23, 14);
const minute = 60_000;
const replay: ReplayView = {
	isPlaying: false,
	speed: 1,
	beganMs,
	endedMs: beganMs + 100 * minute,
	spans: [
		{fromMs: beganMs + 20 * minute, toMs: beganMs + 39 * minute, severity: 'warning'},
		{fromMs: beganMs + 32 * minute, toMs: beganMs + 33 * minute, severity: 'critical'},
		{fromMs: beganMs + 99 * minute, toMs: beganMs + 100 * minute, severity: 'warning'},
	],
};
const keyboard = keyboardWith(new Map(), 'replay');

const shown = (change: Partial<ReplayView>, minutes: number, width: number, glyphs = unicodeGlyphs): string =>
	plainText(replayLine({replay: {...replay, ...change}, nowMs: beganMs + minutes * minute, keyboard, glyphs}, width));

test('each cell of the bar has the worst finding of its time; the moment that is shown stands over it', () => {
	const bar = (minutes: number, glyphs = unicodeGlyphs) =>
		plainText(barSpans(replay, beganMs + minutes * minute, 10, glyphs));
	assert.equal(bar(0), '┃─▄█─────▄');
	assert.equal(bar(35), '──▄┃─────▄');
	assert.equal(bar(100), '──▄█─────┃');
	assert.equal(bar(55, asciiGlyphs), '--=#-|---=');
	const tones = barSpans(replay, beganMs, 10, unicodeGlyphs).map(({tone}) => tone);
	assert.deepEqual(tones, ['selected', 'dim', 'warning', 'critical', 'dim', 'warning']);
});

test('the line says whether it plays, how fast, and from when until when the recording is', () => {
	assert.match(shown({}, 10, 80), /^ HELD 1x {7}14:00:00 ─+┃.* 15:40:00Z {2}Space play\/hold$/);
	assert.match(shown({isPlaying: true, speed: 600}, 10, 80), /^ PLAYING 600x /);
	assert.match(shown({isPlaying: true}, 100, 80), /^ AT THE END /);
	assert.match(
		shown({}, 10, 200),
		/Space play\/hold {2}F f finding {2}t time {2}, \. sample {2}\[ \] minute {2}< > speed$/,
	);
});

test('the line fits every width, also for a recording of one moment', () => {
	for (let width = 1; width <= 220; width++) {
		for (const change of [{}, {endedMs: beganMs, spans: []}]) {
			const line = replayLine({replay: {...replay, ...change}, nowMs: beganMs, keyboard, glyphs: asciiGlyphs}, width);
			assert.ok(lineWidth(line) <= width, `${width}: ${plainText(line)}`);
		}
	}
});
