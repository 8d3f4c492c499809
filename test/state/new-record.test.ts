import assert from 'node:assert/strict';
import test from 'node:test';
import {metrics} from '../../source/domain/metric.js';
import {ageOf, isStale, longSeries, newRecord, shortSeries} from '../../source/state/new-record.js';
import {at} from '../harness/fake-port.js';

const record = newRecord(at('a:1'), {kind: 'tcp', host: 'a', port: 1}, 'target', 1000);

test('a new node has an empty series for every metric and nothing else', () => {
	assert.deepEqual(
		[...record.series.keys()],
		metrics.map(({id}) => id),
	);
	for (const series of record.series.values()) {
		assert.deepEqual([series.length, series.capacity], [0, longSeries]);
	}

	assert.equal(record.ping.series.capacity, shortSeries);
	assert.deepEqual([record.reach, record.role, record.sample], ['connecting', 'unknown', undefined]);
	assert.equal(ageOf(record, 5000), undefined);
	assert.equal(isStale(record, 5000), false);
});

const ages: ReadonlyArray<readonly [intervalMs: number, ageMs: number, isOld: boolean]> = [
	[1000, 0, false],
	[1000, 2000, false],
	[1000, 2001, true],
	// A short interval is given two seconds all the same: a slow frame is no silence.
	[100, 1900, false],
	[100, 2001, true],
	[5000, 10_000, false],
	[5000, 10_001, true],
];

for (const [intervalMs, ageMs, isOld] of ages) {
	test(`at an interval of ${intervalMs} ms, ${ageMs} ms are ${isOld ? 'old' : 'fresh'}`, () => {
		assert.equal(isStale({...record, intervalMs, lastReplyAtMs: 1000}, 1000 + ageMs), isOld);
	});
}

test('data of a node polled every fifth interval is old after ten intervals', () => {
	const among = {...record, intervalMs: 1000, every: 5, lastReplyAtMs: 1000};
	assert.deepEqual(
		[10_000, 10_001].map(ageMs => isStale(among, 1000 + ageMs)),
		[false, true],
	);
});

test('the age of data is never negative, even if the clock is set back', () => {
	assert.equal(ageOf({...record, lastReplyAtMs: 5000}, 4000), 0);
});
