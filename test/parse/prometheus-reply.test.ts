import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {parsePrometheusReply} from '../../source/parse/prometheus-reply.js';

const nonsense = {kind: 'failed', why: 'answers something that is not a reply of its query API'};

const success = (resultType: string, result: unknown) =>
	JSON.stringify({status: 'success', data: {resultType, result}});

test('a reply becomes series, and what is no series is left out', () => {
	const cases: ReadonlyArray<readonly [body: string, reply: unknown]> = [
		[
			success('vector', [{metric: {__name__: 'redis_up', instance: 'a:1'}, value: [1_795_915_991.895, '1']}]),
			{
				kind: 'series',
				series: [{labels: {__name__: 'redis_up', instance: 'a:1'}, timesMs: [1_795_915_991_895], values: [1]}],
			},
		],
		[
			success('matrix', [
				{
					metric: {},
					values: [[1, '5'], [2, 'NaN'], [3, '+Inf'], [4, '7.5e3'], [3.5, '8'], ['5', '9'], [6, 10], [7, ''], 'x'],
				},
			]),
			{kind: 'series', series: [{labels: {}, timesMs: [1000, 4000], values: [5, 7500]}]},
		],
		[
			success('vector', [
				{metric: {name: 'a\u001B[2J', other: 5}, value: [1, '1']},
				{metric: 'x', value: [1, '1']},
				{metric: {}},
				null,
			]),
			{kind: 'series', series: [{labels: {name: 'a\\x1b[2J'}, timesMs: [1000], values: [1]}]},
		],
		[success('matrix', []), {kind: 'series', series: []}],
		[success('scalar', [1, '1']), nonsense],
		[success('vector', {}), nonsense],
		['<html>', nonsense],
		['', nonsense],
		['null', nonsense],
		['[]', nonsense],
		['{"status":"success"}', nonsense],
		[
			'{"status":"error","errorType":"bad_data","error":"parse error\\u001b[2J"}',
			{kind: 'failed', why: 'refuses the query: parse error\\x1b[2J'},
		],
		['{"status":"error"}', {kind: 'failed', why: 'refuses the query: without a reason'}],
	];
	for (const [body, reply] of cases) {
		assert.deepEqual(parsePrometheusReply(body), reply, body);
	}
});

test('no body makes the parser throw, and every value has its time', () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom('vector', 'matrix'), (text, resultType) => {
			for (const body of [text, `{"status":"success","data":{"resultType":"${resultType}","result":${text}}}`]) {
				const reply = parsePrometheusReply(body);
				for (const {timesMs, values} of reply.kind === 'series' ? reply.series : []) {
					assert.equal(timesMs.length, values.length);
					assert.ok([...timesMs, ...values].every(Number.isFinite));
				}
			}
		}),
	);
});
