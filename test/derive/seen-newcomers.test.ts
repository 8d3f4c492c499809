import assert from 'node:assert/strict';
import test from 'node:test';
import {mainNewcomer, nextNewcomers, type SeenNewcomers} from '../../source/derive/seen-newcomers.js';
import type {ClientRow} from '../../source/domain/client.js';
import {clientOf} from '../harness/records.js';

const fresh = (id: number, host: string, name = ''): ClientRow =>
	clientOf({id, name, address: `${host}:${40_000 + id}`, ageSeconds: 0});

const seenIn = (...readings: ReadonlyArray<readonly ClientRow[]>): SeenNewcomers =>
	readings.reduce<SeenNewcomers>((seen, value, index) => nextNewcomers(seen, {atMs: index * 1000, value}), []);

for (const [title, readings, expected] of [
	['nobody connects', [[clientOf({id: 1, name: 'web', ageSeconds: 60})]], undefined],
	['connections without a name count by their host', [[fresh(1, '10.0.0.5')], [], [fresh(90, '10.0.0.5')]], '10.0.0.5'],
	['connections with a name count by it', [[fresh(1, '10.0.0.5', 'php')], [fresh(2, '10.0.0.6', 'php')]], 'php'],
	['no one has more than half', [[fresh(1, '10.0.0.5')], [fresh(2, '10.0.0.6')]], undefined],
	[
		'a client that stays is none of them',
		[
			[fresh(1, '10.0.0.9', 'pool')],
			[{...fresh(1, '10.0.0.9', 'pool'), ageSeconds: 1}, fresh(2, '10.0.0.5')],
			[fresh(3, '10.0.0.5')],
		],
		'10.0.0.5',
	],
	['redis-top itself is none of them', [[fresh(1, '10.0.0.9', 'redis-top')]], undefined],
	['a replica is none of them', [[{...fresh(1, '10.0.0.9'), flags: 'S'}]], undefined],
] as ReadonlyArray<readonly [string, ReadonlyArray<readonly ClientRow[]>, string | undefined]>) {
	test(`whose the short connections are: ${title}`, () => {
		assert.equal(mainNewcomer(seenIn(...readings)), expected);
	});
}

test('readings older than a minute are forgotten, and at most ten are kept', () => {
	const seen = nextNewcomers(seenIn([fresh(1, '10.0.0.5')]), {atMs: 70_000, value: [fresh(2, '10.0.0.6')]});
	assert.equal(mainNewcomer(seen), '10.0.0.6');
	assert.equal(seenIn(...Array.from({length: 30}, (_, id) => [fresh(id, '10.0.0.5')])).length, 10);
});
