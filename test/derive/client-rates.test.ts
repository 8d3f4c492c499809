import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clientReading, clientsSince, sumOfRates} from '../../source/derive/client-rates.js';
import type {ClientReading} from '../../source/derive/node-record.js';
import type {ClientRow, ClientTraffic} from '../../source/domain/client.js';
import {clientOf} from '../harness/records.js';

const counted = (id: number, inBytes: number, outBytes: number, commands: number): ClientRow =>
	clientOf({id, totals: {inBytes, outBytes, commands}});

const listAt = (elapsedMs: number | undefined, ...value: readonly ClientRow[]): ClientReading => ({
	atMs: elapsedMs ?? 0,
	elapsedMs,
	value,
});

const ratesOf = (reading: ClientReading): ReadonlyArray<ClientTraffic | undefined> =>
	reading.value.map(({perSecond}) => perSecond);

const before = listAt(1000, counted(1, 100, 1000, 10), counted(2, 500, 500, 5));

test('a rate is the growth of a counter per second', () => {
	const reading = clientsSince(before, listAt(3000, counted(1, 300, 5000, 14)));
	assert.deepEqual(ratesOf(reading), [{inBytes: 100, outBytes: 2000, commands: 2}]);
	assert.equal(reading.overMs, 2000);
});

test('a client that connected since the earlier list counts from 0', () => {
	assert.deepEqual(ratesOf(clientsSince(before, listAt(2000, counted(3, 10, 20, 30)))), [
		{inBytes: 10, outBytes: 20, commands: 30},
	]);
});

for (const [name, earlier, later] of [
	['without an earlier list', undefined, listAt(2000, counted(1, 1, 1, 1))],
	[
		'when the time of the earlier list is not known',
		listAt(undefined, counted(1, 0, 0, 0)),
		listAt(9000, counted(1, 1, 1, 1)),
	],
	['when the lists are too close together', before, listAt(1100, counted(1, 200, 2000, 20))],
	['when a counter fell', before, listAt(2000, counted(1, 300, 999, 20))],
	['when the server does not count', listAt(1000, clientOf({id: 1})), listAt(2000, clientOf({id: 1}))],
	['when the server did not count before', listAt(1000, clientOf({id: 1})), listAt(2000, counted(1, 1, 1, 1))],
] as const) {
	test(`no rate is known ${name}`, () => {
		assert.deepEqual(ratesOf(clientsSince(earlier, later)), [undefined]);
	});
}

test('rates of an earlier comparison do not stay where the lists cannot be compared', () => {
	const rated = clientsSince(before, listAt(2000, counted(1, 200, 2000, 20)));
	const alone = clientsSince(undefined, rated);
	assert.deepEqual(ratesOf(alone), [undefined]);
	assert.equal(alone.overMs, undefined);
});

test('a poll without a list keeps the list with its rates', () => {
	const rated = clientsSince(before, listAt(2000, counted(1, 200, 2000, 20)));
	assert.equal(clientReading(rated, undefined, {atMs: 5000, elapsedMs: 5000}), rated);
});

test('a sum counts the clients that have rates, and is unknown without any', () => {
	const perSecond = {inBytes: 1, outBytes: 2, commands: 3};
	assert.deepEqual(sumOfRates([clientOf({id: 1, perSecond}), clientOf({id: 2}), clientOf({id: 3, perSecond})]), {
		inBytes: 2,
		outBytes: 4,
		commands: 6,
	});
	assert.equal(sumOfRates([clientOf({id: 1})]), undefined);
});

test('a figure keeps its larger unit down to half of the unit, and no further', () => {
	const megabyte = 1024 ** 2;
	const reading = (kept: ClientReading | undefined, totalMemoryBytes: number) =>
		clientReading(kept, [clientOf({id: 1, totalMemoryBytes})], {atMs: 0, elapsedMs: 0});
	const unitOf = (of: ClientReading | undefined) => of?.value[0]?.unitsOf?.totalMemoryBytes;
	const first = reading(undefined, 1.02 * megabyte);
	assert.equal(unitOf(first), undefined);
	const second = reading(first, 0.98 * megabyte);
	assert.equal(unitOf(second), 1.02 * megabyte);
	const third = reading(second, 0.6 * megabyte);
	assert.equal(unitOf(third), 1.02 * megabyte);
	assert.equal(unitOf(reading(third, 0.4 * megabyte)), undefined);
	assert.equal(unitOf(reading(third, 2 * megabyte)), undefined);
	assert.equal(unitOf(reading(third, 3000 * megabyte)), undefined);
});

test('units are not kept for a client that is new, and for very long lists', () => {
	const long = Array.from({length: 1001}, (_, id) => clientOf({id, totalMemoryBytes: 1_100_000}));
	const kept = clientReading(undefined, long, {atMs: 0, elapsedMs: 0});
	const shorter = long.map(client => ({...client, totalMemoryBytes: 1_000_000}));
	assert.equal(clientReading(kept, shorter, {atMs: 0, elapsedMs: 0})?.value[0]?.unitsOf, undefined);
	const other = clientReading(kept, [clientOf({id: 5000, totalMemoryBytes: 1_000_000})], {atMs: 0, elapsedMs: 0});
	assert.equal(other?.value[0]?.unitsOf, undefined);
});
