import assert from 'node:assert/strict';
import {test} from 'node:test';
import {bySizeAndType, grownBin, keySizeReading, medianBin} from '../../source/derive/key-size-growth.js';
import {hottestSlots, type SlotReading, slotReading} from '../../source/derive/slot-rates.js';
import type {KeySizeRow, KeySizes} from '../../source/domain/key-sizes.js';
import type {SlotTotals} from '../../source/domain/slot-use.js';

const hashes = (bins: Readonly<Record<number, number>>, database = 0): KeySizeRow => ({
	database,
	type: 'hashes',
	unit: 'items',
	bins: Object.entries(bins).map(([least, keys]) => ({least: Number(least), keys})),
});

const told = (...rows: readonly KeySizeRow[]): KeySizes => ({isTold: true, rows});

test('the databases are added up by type', () => {
	assert.deepEqual(bySizeAndType(told(hashes({1: 2, 8: 1}), hashes({8: 4}, 3))), [hashes({1: 2, 8: 5})]);
});

test('the bin that grew is the largest one that got keys since the first reading', () => {
	const first = told(hashes({8: 5, 64: 1}));
	assert.deepEqual(grownBin(hashes({8: 9, 64: 1, 1024: 2}), first), {least: 1024, keys: 2});
	assert.deepEqual(grownBin(hashes({8: 9, 64: 1}), first), {least: 8, keys: 4});
	assert.equal(grownBin(hashes({8: 5}), first), undefined);
	const reading = keySizeReading(keySizeReading(undefined, first, {atMs: 1}), told(), {atMs: 2});
	assert.deepEqual(reading.first, {atMs: 1, value: first});
});

test('the median bin holds the middle key', () => {
	assert.equal(medianBin(hashes({1: 1, 8: 2, 64: 1}))?.least, 8);
	assert.equal(medianBin(hashes({})), undefined);
});

const totals = (keys: number, cpuMicroseconds?: number, bytes?: number): SlotTotals => ({
	keys,
	cpuMicroseconds,
	inBytes: bytes,
	outBytes: bytes,
});

const reading = (
	elapsedMs: number,
	slots: Readonly<Record<number, SlotTotals>>,
	kept?: SlotReading,
	runId = 'run-1',
): SlotReading =>
	slotReading(
		kept,
		{isCounted: true, slots: new Map(Object.entries(slots).map(([slot, use]) => [Number(slot), use]))},
		{elapsedMs, runId},
	);

test('the hottest slot is the one with most processor time between two readings, not since the start', () => {
	const first = reading(0, {5: totals(1, 9_000_000, 10), 6: totals(9, 0, 0)});
	const second = reading(2000, {5: totals(1, 9_000_000, 10), 6: totals(9, 1_000_000, 4000)}, first);
	assert.deepEqual(second.rates[0], {
		slot: 6,
		keys: 9,
		cpuShare: 0.5,
		inBytesPerSecond: 2000,
		outBytesPerSecond: 2000,
	});
	assert.deepEqual(hottestSlots(second, 3), [6]);
	assert.deepEqual(hottestSlots(first, 3), []);
});

for (const [name, second] of [
	['another process', reading(2000, {5: totals(1, 5)}, reading(0, {5: totals(1, 1)}), 'run-2')],
	['counters that fell', reading(2000, {5: totals(1, 1)}, reading(0, {5: totals(1, 5)}))],
	['a slot that the earlier reading lacks', reading(2000, {5: totals(1, 5)}, reading(0, {}))],
	['readings too close together', reading(100, {5: totals(1, 5)}, reading(0, {5: totals(1, 1)}))],
	['a server that does not count', reading(2000, {5: totals(1)}, reading(0, {5: totals(1)}))],
] as const) {
	test(`no rate of a slot is known with ${name}`, () => {
		assert.equal(second.rates[0]?.cpuShare, undefined);
	});
}
