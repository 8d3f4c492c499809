import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {Series} from '../../source/domain/series.js';

const reading = fc.option(
	fc.double({noNaN: true, noDefaultInfinity: true}).map(value => value + 0),
	{nil: undefined},
);

test('a series is the end of the list of all that was pushed', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 1, max: 12}),
			fc.array(reading, {maxLength: 40}),
			fc.integer({min: -3, max: 45}),
			(capacity, pushed, asked) => {
				const series = new Series(capacity);
				for (const value of pushed) {
					series.push(value);
				}

				const model = pushed.slice(-capacity);
				assert.equal(series.length, model.length);
				assert.deepEqual(series.latest(capacity), model);
				assert.deepEqual(series.latest(asked), asked <= 0 ? [] : model.slice(-asked));
				assert.equal(series.recent(asked), asked < 0 ? undefined : model[model.length - 1 - asked]);
				const known = series.latest(asked).filter(value => value !== undefined);
				assert.equal(series.largest(asked), known.length === 0 ? undefined : Math.max(...known));
			},
		),
	);
});

test('groups keep their readings while new ones come: only the newest one fills up', () => {
	const series = new Series(10);
	const seen: string[] = [];
	for (const value of [5, 1, undefined, 2, 9, undefined, undefined, undefined, 4, 3, 8, 7, 6]) {
		series.push(value);
		seen.push(
			series
				.groups(3, 3)
				.map(group => group ?? '-')
				.join(' '),
		);
	}

	assert.deepEqual(seen, [
		'5',
		'5',
		'5',
		'5 2',
		'5 9',
		'5 9',
		'5 9 -',
		'5 9 -',
		'5 9 4',
		'9 4 3',
		'9 4 8',
		'9 4 8',
		'4 8 6',
	]);
	assert.deepEqual(series.copy(3).groups(3, 3), [9, 4, 3]);
	assert.deepEqual(
		series.groups(2, 3, readings => readings.length),
		[3, 1],
	);
	assert.deepEqual(new Series(3).groups(2, 5), []);
	assert.deepEqual(series.groups(0, 5), []);
});

test('a copy and its original go separate ways', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 1, max: 6}),
			fc.array(reading, {maxLength: 20}),
			fc.array(reading, {maxLength: 20}),
			fc.array(reading, {maxLength: 20}),
			(capacity, before, intoOriginal, intoCopy) => {
				const original = new Series(capacity);
				before.forEach(value => {
					original.push(value);
				});
				const copy = original.copy();
				intoOriginal.forEach(value => {
					original.push(value);
				});
				intoCopy.forEach(value => {
					copy.push(value);
				});
				assert.deepEqual(original.latest(capacity), [...before, ...intoOriginal].slice(-capacity));
				assert.deepEqual(copy.latest(capacity), [...before, ...intoCopy].slice(-capacity));
			},
		),
	);
});

test('what is no number is a gap, and a gap is never 0', () => {
	const series = new Series(4);
	for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, 0]) {
		series.push(value);
	}

	assert.deepEqual(series.latest(9), [undefined, undefined, undefined, 0]);
});

test('a series of nothing is refused', () => {
	for (const capacity of [0, -1, 1.5, Number.NaN]) {
		assert.throws(() => new Series(capacity), RangeError);
	}
});

test('a coarse series keeps seven digits, gaps among them, and so does its copy', () => {
	const series = new Series(4, true);
	for (const value of [1_234_567_890, undefined, 0.1, 3_000_000_000_000]) {
		series.push(value);
	}

	for (const each of [series, series.copy()]) {
		const [first, gap, second, third] = each.latest(4);
		assert.equal(gap, undefined);
		for (const [is, was] of [
			[first, 1_234_567_890],
			[second, 0.1],
			[third, 3_000_000_000_000],
		] as const) {
			assert.ok(is !== undefined && Math.abs(is / was - 1) < 1e-7);
		}
	}
});

test('readings that are put before the first one fill the free room, and later readings overwrite them first', () => {
	fc.assert(
		fc.property(
			fc.integer({min: 1, max: 12}),
			fc.array(reading, {maxLength: 20}),
			fc.array(reading, {maxLength: 20}),
			fc.array(reading, {maxLength: 20}),
			(capacity, own, before, later) => {
				const series = new Series(capacity);
				for (const value of own) {
					series.push(value);
				}

				series.prepend(before);
				const filled = [...before, ...own].slice(-capacity);
				assert.deepEqual(series.latest(capacity), filled);
				assert.equal(series.taken, own.length);
				assert.equal(series.prepended, Math.max(0, filled.length - own.length));
				for (const value of later) {
					series.push(value);
				}

				assert.deepEqual(series.latest(capacity), [...filled, ...later].slice(-capacity));
				assert.equal(series.prepended, Math.max(0, Math.min(capacity, filled.length + later.length) - series.taken));
			},
		),
	);
});
