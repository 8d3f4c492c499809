import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {commandRates} from '../../source/derive/command-rates.js';
import {sampleOf} from '../harness/samples.js';

type Counters = {readonly calls: number; readonly usec: number; readonly failures?: number};

const stats = (commands: Readonly<Record<string, Counters>>) => ({
	commandstats: Object.fromEntries(
		Object.entries(commands).map(([name, {calls, usec, failures}]) => [
			`cmdstat_${name}`,
			`calls=${calls},usec=${usec},usec_per_call=0.00${
				failures === undefined ? '' : `,rejected_calls=1,failed_calls=${failures - 1}`
			}`,
		]),
	),
});

test('rates, means and shares are those of the interval', () => {
	const earlier = sampleOf(stats({get: {calls: 100, usec: 1000, failures: 3}, 'client|list': {calls: 2, usec: 50}}));
	const later = sampleOf(
		stats({
			get: {calls: 300, usec: 1600, failures: 7},
			'client|list': {calls: 2, usec: 50},
			set: {calls: 10, usec: 200, failures: 2},
		}),
		2000,
	);
	assert.deepEqual(commandRates(earlier, later), [
		{
			command: 'get',
			calls: 300,
			callsPerSecond: 100,
			meanMicroseconds: 3,
			timeShare: 0.75,
			failuresPerSecond: 2,
			callsOfInterval: 200,
			failuresOfInterval: 4,
		},
		{
			command: 'client|list',
			calls: 2,
			callsPerSecond: 0,
			meanMicroseconds: undefined,
			timeShare: 0,
			failuresPerSecond: undefined,
			callsOfInterval: 0,
			failuresOfInterval: undefined,
		},
		{
			command: 'set',
			calls: 10,
			callsPerSecond: 5,
			meanMicroseconds: 20,
			timeShare: 0.25,
			failuresPerSecond: 1,
			callsOfInterval: 10,
			failuresOfInterval: 2,
		},
	]);
});

const now = stats({get: {calls: 300, usec: 1600, failures: 7}});
const unknown = {
	callsPerSecond: undefined,
	meanMicroseconds: undefined,
	timeShare: undefined,
	failuresPerSecond: undefined,
	callsOfInterval: undefined,
	failuresOfInterval: undefined,
};
const incomparable = {
	'no earlier sample': undefined,
	'an earlier sample without commandstats': sampleOf({}, 0),
	'another process': sampleOf({...now, server: {run_id: 'run-0'}}, 0),
	'CONFIG RESETSTAT since': sampleOf(stats({get: {calls: 301, usec: 1601, failures: 7}}), 0),
	'failures that fell': sampleOf(stats({get: {calls: 299, usec: 1500, failures: 8}}), 0),
};

for (const [name, earlier] of Object.entries(incomparable)) {
	test(`no rates: ${name}`, () => {
		assert.deepEqual(commandRates(earlier, sampleOf(now, 1000)), [{command: 'get', calls: 300, ...unknown}]);
	});
}

test('no time between two samples: no rate', () => {
	const [rate] = commandRates(sampleOf(stats({get: {calls: 1, usec: 1}}), 5), sampleOf(now, 5)) ?? [];
	assert.equal(rate?.callsPerSecond, undefined);
});

test('a sample without commandstats says nothing', () => {
	assert.equal(commandRates(sampleOf(now), sampleOf({}, 1000)), undefined);
});

test('shares add up to one, rates are never negative', () => {
	const counters = fc.dictionary(
		fc.constantFrom('get', 'set', 'del', 'config|get'),
		fc.record({calls: fc.nat(1e6), usec: fc.nat(1e9)}),
	);
	fc.assert(
		fc.property(counters, counters, fc.integer({min: 1, max: 1e6}), (before, after, elapsedMs) => {
			const rates = commandRates(sampleOf(stats(before)), sampleOf(stats(after), elapsedMs)) ?? [];
			const shares = rates.flatMap(({timeShare}) => timeShare ?? []);
			const sum = shares.reduce((total, share) => total + share, 0);
			assert.ok(shares.length === 0 || Math.abs(sum - 1) < 1e-9, `shares add up to ${sum}`);
			for (const {callsPerSecond = 0, meanMicroseconds = 0, timeShare = 0} of rates) {
				assert.ok(callsPerSecond >= 0 && meanMicroseconds >= 0 && timeShare >= 0);
				assert.ok([callsPerSecond, meanMicroseconds, timeShare].every(Number.isFinite));
			}
		}),
	);
});
