import assert from 'node:assert/strict';
import test from 'node:test';
import {isRecordedMoment, momentText, recordedMoment} from '../../source/record/recording-time.js';

const at = (text: string): number => Date.parse(text);
const twoDays = {beganMs: at('2026-11-22T10:00:00Z'), endedMs: at('2026-11-24T08:30:00Z')};

test('a moment of a recording is a time of day, a distance from its end, or a date', () => {
	const cases: ReadonlyArray<readonly [text: string, moment: string]> = [
		['03:12', '2026-11-24T03:12:00Z'],
		['09:00', '2026-11-23T09:00:00Z'],
		['9:00:30', '2026-11-23T09:00:30Z'],
		['-5m', '2026-11-24T08:25:00Z'],
		['1.5h', '2026-11-24T07:00:00Z'],
		['1d', '2026-11-23T08:30:00Z'],
		['2026-11-23', '2026-11-23T00:00:00Z'],
		['2026-11-23T03:12Z', '2026-11-23T03:12:00Z'],
		['2026-11-23 03:12+02:00', '2026-11-23T01:12:00Z'],
	];
	for (const [text, moment] of cases) {
		assert.equal(recordedMoment(text, twoDays), at(moment), text);
	}
});

test('a time of day that the recording does not have lies on its last day', () => {
	const hour = {beganMs: at('2026-11-24T03:00:00Z'), endedMs: at('2026-11-24T04:00:00Z')};
	assert.equal(recordedMoment('05:00', hour), at('2026-11-24T05:00:00Z'));
});

test('any other text is no moment', () => {
	for (const text of ['', 'now', '25:00', '03:60', '5', '5x', '2026-13-01', '-m', '3:1']) {
		assert.equal(isRecordedMoment(text), false, text);
	}
});

test('a printed moment can be typed again', () => {
	assert.equal(recordedMoment(momentText(twoDays.beganMs), twoDays), twoDays.beganMs);
});
