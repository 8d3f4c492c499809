import assert from 'node:assert/strict';
import {test} from 'node:test';
import {growthPerHour, isFlat, type Reading, warmUpHours} from './figures.js';

/**
Readings at given times.

@param times Multiples of the warm-up's length.
*/
const readings = (heapMb: (hours: number) => number, times = [0, 0.5, 1, 1.5, 2, 3]): Reading[] =>
	times
		.map(time => time * warmUpHours)
		.map(at => ({hours: at, heapMb: heapMb(at), residentMb: 100, handles: 4, listeners: 9}));

test('growth while rings fill up is no leak', () => {
	const warmingUp = readings(hours => 20 + 10 * Math.min(warmUpHours, hours));
	assert.equal(growthPerHour(warmingUp, 'heapMb'), 0);
	assert.equal(isFlat(warmingUp, 'heapMb'), true);
});

test('a figure that keeps growing is a leak, reported with its growth per hour', () => {
	const leaking = readings(hours => 20 + 2.5 * hours);
	assert.ok(Math.abs((growthPerHour(leaking, 'heapMb') ?? 0) - 2.5) < 1e-9);
	assert.equal(isFlat(leaking, 'heapMb'), false);
	assert.equal(isFlat(leaking, 'handles'), true);
});

test('a figure that goes up and down around one value is flat', () => {
	assert.equal(
		isFlat(
			readings(hours => (hours === 1.5 * warmUpHours ? 21 : 20.8)),
			'heapMb',
		),
		true,
	);
});

test('too few readings give no result', () => {
	const few = readings(hours => 20 + 5 * hours, [0, 0.5, 1, 2]);
	assert.equal(growthPerHour(few, 'heapMb'), undefined);
	assert.equal(isFlat(few, 'heapMb'), undefined);
	assert.equal(
		growthPerHour(
			readings(() => 1, [2, 2, 2]),
			'heapMb',
		),
		undefined,
	);
});
