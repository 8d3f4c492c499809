import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {scrubbed} from '../../source/prometheus/scrub-steps.js';

const nowMs = Date.UTC(2026, 10, 23, 14, 2, 31);
const hourMs = 3_600_000;

test('steps grow from a minute to half a day with the distance', () => {
	for (const [backMs, stepMs] of [
		[0, 60_000],
		[hourMs / 2, 60_000],
		[2 * hourMs, 5 * 60_000],
		[12 * hourMs, 30 * 60_000],
		[72 * hourMs, 3 * hourMs],
		[400 * hourMs, 12 * hourMs],
	] as const) {
		const fromMs = Math.floor((nowMs - backMs) / stepMs) * stepMs;
		assert.equal(fromMs - scrubbed(fromMs, -1, nowMs), stepMs);
	}
});

test('a step back is undone by a step forward, and a week is about 200 steps away', () => {
	fc.assert(
		fc.property(fc.integer({min: 0, max: 30 * 24 * hourMs}), backMs => {
			const fromMs = scrubbed(nowMs - backMs, -1, nowMs);
			assert.ok(fromMs < nowMs - backMs);
			assert.equal(scrubbed(scrubbed(fromMs, -1, nowMs), 1, nowMs), fromMs);
		}),
	);
	let steps = 0;
	for (let atMs = nowMs; atMs > nowMs - 7 * 24 * hourMs; steps++) {
		atMs = scrubbed(atMs, -1, nowMs);
	}

	assert.ok(steps > 190 && steps < 220, `${steps} steps`);
});
