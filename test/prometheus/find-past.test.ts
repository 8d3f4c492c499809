import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {PrometheusReply, SeriesLabels} from '../../source/parse/prometheus-reply.js';
import {findPast} from '../../source/prometheus/find-past.js';
import {newRecord} from '../../source/state/new-record.js';
import {FakeClock} from '../harness/fake-clock.js';

const record = newRecord('a:1' as NodeAddress, {kind: 'tcp', host: 'a', port: 1}, 'target', 1000);
const runId = 'a'.repeat(40);

/** A Prometheus in which two jobs scrape the node. `answer` gives the reply of a job's own query. */
const findBeside = async (answer: (job: string) => PrometheusReply) =>
	findPast(record, {
		prometheus: {
			async query(query) {
				const job = /,?job="([^"]*)"/.exec(query)?.[1];
				const labels = (name: string): SeriesLabels => ({job: name, instance: 'a:1', run_id: runId});
				return job === undefined
					? {
							kind: 'series',
							series: ['by-redis-top', 'exporter'].map(name => ({labels: labels(name), timesMs: [0], values: [1]})),
						}
					: answer(job);
			},
		},
		mapping: undefined,
		clock: new FakeClock(),
		signal: new AbortController().signal,
	});

const scraped = (job: string, name: string, timesMs: number[]) => ({
	labels: {__name__: name, job},
	timesMs,
	values: timesMs.map(() => 1),
});

test('redis_exporter is read before the metrics of redis-top, which are as old as its interval', async () => {
	const found = await findBeside(job => ({
		kind: 'series',
		series:
			job === 'exporter'
				? [scraped(job, 'redis_up', [0, 15_000, 30_000])]
				: [scraped(job, 'redis_top_poll_interval_seconds', [0, 10_000]), scraped(job, 'redis_up', [0, 10_000, 20_000])],
	}));
	assert.equal(found.kind === 'found' ? found.past.periodMs : found.why, 15_000);
});

test('if one of two targets cannot be asked, nothing is found yet', async () => {
	const found = await findBeside(job =>
		job === 'exporter' ? {kind: 'failed', why: 'hangs'} : {kind: 'series', series: []},
	);
	assert.deepEqual(found, {kind: 'failed', why: 'hangs', isAnswered: false});
});
