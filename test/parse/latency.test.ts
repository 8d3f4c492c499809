import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RawReply} from '../../source/domain/reply.js';
import {parseHistograms} from '../../source/parse/latency.js';
import {fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	test(`reads LATENCY HISTOGRAM of ${server}`, () => {
		const histograms = parseHistograms(fixtureReply<RawReply>(server, 'primary/latency-histogram.json'));
		const get = histograms.get('get');
		assert.equal(get?.calls, 201);
		assert.equal(get?.buckets.at(-1)?.cumulativeCount, 201);
		assert.ok(histograms.has('config|set'));
		for (const [command, {calls, buckets}] of histograms) {
			assert.ok(calls > 0, command);
			for (const [index, bucket] of buckets.entries()) {
				const before = buckets[index - 1];
				assert.ok(before === undefined || before.boundMicroseconds < bucket.boundMicroseconds, command);
				assert.ok(before === undefined || before.cumulativeCount <= bucket.cumulativeCount, command);
			}
		}
	});
}

const get = {
	calls: 5,
	buckets: [
		{boundMicroseconds: 1, cumulativeCount: 4},
		{boundMicroseconds: 33, cumulativeCount: 5},
	],
};

const cases: ReadonlyArray<readonly [what: string, reply: RawReply, expected: Array<[string, typeof get]>]> = [
	['a flat reply', ['get', ['calls', 5, 'histogram_usec', [1, 4, 33, 5]]], [['get', get]]],
	[
		'pairs',
		[
			[
				'get',
				[
					['calls', 5],
					[
						'histogram_usec',
						[
							[1, 4],
							[33, 5],
						],
					],
				],
			],
		],
		[['get', get]],
	],
	['buckets in any order', ['get', ['calls', 5, 'histogram_usec', [33, 5, 1, 4]]], [['get', get]]],
	['numbers as text', ['get', ['calls', '5', 'histogram_usec', ['1', '4', '33', '5']]], [['get', get]]],
	['fields it does not know', ['get', ['new', [1], 'calls', 5, 'histogram_usec', [1, 4, 33, 5]]], [['get', get]]],
	['a command without calls', ['set', ['histogram_usec', [1, 4]]], []],
	['a name without a value', ['get'], []],
	['nothing', [], []],
	['null', null, []],
	['an error', new Error('ERR unknown subcommand'), []],
];

for (const [what, reply, expected] of cases) {
	test(`parseLatencyHistogram reads ${what}`, () => {
		assert.deepEqual([...parseHistograms(reply)], expected);
	});
}
