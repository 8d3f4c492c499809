import assert from 'node:assert/strict';
import test from 'node:test';
import type {PrometheusSeries} from '../../source/parse/prometheus-reply.js';
import {NodePast} from '../../source/prometheus/node-past.js';

const signal = new AbortController().signal;
const untilMs = 300_000;

/** A past of two targets, with scrapes at the given seconds of a block of five minutes. */
function pastOf(scrapedAt: {readonly exporter: readonly number[]; readonly own: readonly number[]}, ownFails = false) {
	const asked: string[] = [];
	const past = new NodePast(
		{
			async query(query) {
				const job = query.includes('job="exporter"') ? 'exporter' : 'own';
				asked.push(job);
				if (job === 'own' && ownFails) {
					return {kind: 'failed', why: 'hangs'};
				}

				const seconds = scrapedAt[job];
				const series: PrometheusSeries = {
					labels: {__name__: 'redis_up', job},
					timesMs: seconds.map(second => second * 1000),
					values: seconds.map(() => 1),
				};
				return {kind: 'series', series: [series]};
			},
		},
		[
			{matchers: 'job="exporter"', periodMs: 15_000},
			{matchers: 'job="own"', periodMs: 30_000},
		],
		() => untilMs,
	);
	const read = async () => {
		assert.deepEqual(await past.load(0, untilMs - 1, signal), {kind: 'loaded'});
		return past
			.scrapes(0, untilMs - 1)
			.map(({atMs, target}) => `${target.matchers.includes('own') ? 'own' : 'exporter'} ${atMs / 1000}`);
	};

	return {past, asked, read};
}

const each = (period: number, from: number, to: number) =>
	Array.from({length: Math.floor((to - from) / period) + 1}, (_, index) => from + index * period);

test('where the first target has all scrapes, no other is asked', async () => {
	const {asked, read} = pastOf({exporter: each(15, 5, 290), own: each(30, 1, 290)});
	assert.equal((await read()).length, 20);
	assert.deepEqual(asked, ['exporter']);
});

test('a target that was added later does not hide what another one has from before', async () => {
	const {asked, read} = pastOf({exporter: each(15, 230, 290), own: each(30, 1, 290)});
	assert.deepEqual(await read(), [
		...each(30, 1, 211).map(second => `own ${second}`),
		...each(15, 230, 290).map(second => `exporter ${second}`),
	]);
	assert.deepEqual(asked, ['exporter', 'own']);
});

test('a target that ended is followed by the one that goes on, and its own gap stays a gap', async () => {
	const {read} = pastOf({exporter: [5, 20, 80, 95], own: each(30, 1, 290)});
	assert.deepEqual(await read(), [
		...[5, 20, 80, 95].map(second => `exporter ${second}`),
		...each(30, 121, 290).map(second => `own ${second}`),
	]);
});

test('a target without scrapes in a block leaves it to the other, and two without leave it empty', async () => {
	assert.equal((await pastOf({exporter: [], own: each(30, 1, 290)}).read()).length, 10);
	assert.deepEqual(await pastOf({exporter: [], own: []}).read(), []);
});

test('if the second target cannot be read, the block is read again later', async () => {
	const {past} = pastOf({exporter: [], own: []}, true);
	assert.deepEqual(await past.load(0, untilMs - 1, signal), {kind: 'failed', why: 'hangs'});
	assert.equal(past.has(0, untilMs - 1), false);
});
