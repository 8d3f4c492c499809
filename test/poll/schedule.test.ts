import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
	type Backoff,
	longestRetryMs,
	nextBackoff,
	noBackoff,
	phaseOf,
	placesInInterval,
	retryDelay,
	untilNextPoll,
} from '../../source/poll/schedule.js';
import {at} from '../harness/fake-port.js';

const intervalMs = fc.constantFrom(100, 500, 1000, 2000, 5000, 10_000, 333);
const phase = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});
const nowMs = fc.double({min: 0, max: 4e12, noNaN: true});

test('the next poll is in the future, and at most one interval away', () => {
	fc.assert(
		fc.property(nowMs, intervalMs, phase, (now, interval, place) => {
			const wait = untilNextPoll(now, interval, place);
			assert.ok(wait > 0 && wait <= interval, `${wait} of ${interval}`);
		}),
	);
});

test("the next poll is at the node's own offset from a multiple of the interval", () => {
	fc.assert(
		fc.property(nowMs, intervalMs, phase, (now, interval, place) => {
			const turns = (now + untilNextPoll(now, interval, place)) / interval - place;
			// The grain of a double at 4e12 is half a microsecond.
			assert.ok(Math.abs(turns - Math.round(turns)) * interval < 0.01, `${turns} turns`);
		}),
	);
});

const fleets = {
	'of many hosts': (node: number) => `10.0.${Math.floor(node / 250)}.${node % 250}:6379`,
	'on one host': (node: number) => `127.0.0.1:${7000 + node}`,
};

for (const [name, addressOfNode] of Object.entries(fleets)) {
	test(`the polls of a thousand nodes ${name} are spread over the interval`, () => {
		const tenths = Array.from({length: 10}, () => 0);
		const places = new Set<number>();
		for (let node = 0; node < 1000; node++) {
			const place = phaseOf(at(addressOfNode(node)));
			assert.ok(place >= 0 && place < 1);
			places.add(place);
			const tenth = Math.floor(place * 10);
			tenths[tenth] = (tenths[tenth] ?? 0) + 1;
		}

		assert.ok(places.size <= placesInInterval, `${places.size} places`);

		assert.ok(
			tenths.every(count => count > 30 && count < 200),
			`in the tenths of the interval: ${tenths}`,
		);
	});
}

test('a node keeps its offset within the interval', () => {
	// The FNV-1a of "a" is e40c292c.
	assert.equal(phaseOf(at('a')), (44 + 0.5) / 50);
});

test('the wait before a retry doubles from 250 ms to 5 s', () => {
	assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 100].map(retryDelay), [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
	assert.equal(longestRetryMs, 5000);
});

test('a slow server is polled up to eight times less often, and more often again only after five quick replies', () => {
	const run = (start: Backoff, roundTripsMs: readonly number[]) =>
		roundTripsMs.reduce((backoff, roundTripMs) => nextBackoff(backoff, roundTripMs, 1000), start);
	assert.equal(run(noBackoff, [250]).factor, 1);
	assert.equal(run(noBackoff, [251]).factor, 2);
	assert.equal(run(noBackoff, [900, 900, 900, 900, 900]).factor, 8);
	const slowed = run(noBackoff, [900, 900]);
	assert.equal(run(slowed, [1, 1, 1, 1]).factor, 4);
	assert.equal(run(slowed, [1, 1, 1, 1, 1]).factor, 2);
	assert.equal(run(slowed, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]).factor, 1);
	assert.equal(run(slowed, [1, 1, 1, 1, 300, 1]).factor, 8);
});
