import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {keyTtlLost} from '../../source/rules/lost-ttl.js';
import {clientOf, type Sections, sampledAtMs} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const database = (keys: number, expires: number): Sections => ({
	keyspace: {db0: `keys=${keys},expires=${expires},avg_ttl=1000`},
});

/** Two samples, one second apart: keys, and those with a TTL. */
const keys = (
	before: readonly [number, number],
	after: readonly [number, number],
	parts: FactsParts = {},
): FactsParts => ({
	...parts,
	info: {...database(...after), ...parts.info},
	earlier: {...database(...before), ...parts.earlier},
	record: {role: 'primary', ...parts.record},
});

const setters = {
	commands: [
		{
			command: 'set',
			calls: 9000,
			callsPerSecond: 500,
			callsOfInterval: 500,
			meanMicroseconds: 2,
			timeShare: 0.9,
			failuresPerSecond: 0,
		},
	],
	clients: {atMs: sampledAtMs, value: [clientOf({id: 1, name: 'shop-2', command: 'set', idleSeconds: 0})]},
};

testRule(keyTtlLost, [
	[
		'new keys have no TTL, most keys have one',
		keys([100_000, 97_000], [100_480, 97_000], {record: setters}),
		'info',
		/^gets 480\/s keys without a TTL, 97% of its 100k keys have one: most writes are SET from shop-2$/,
	],
	[
		'they fill the memory',
		keys([100_000, 97_000], [100_480, 97_000], {
			info: {memory: {used_memory: 800_000_000, maxmemory: 1_000_000_000}},
			record: {
				intervalMs: 1000,
				series: {usedMemory: [796e6, 797e6, 798e6, 799e6, 800e6]},
			},
		}),
		'warning',
		/^gets 480\/s keys without a TTL, full in about 3m/,
	],
	[
		'they fill the memory within two samples: check takes further ones to confirm it',
		keys([20_200, 20_000], [20_300, 20_000], {
			info: {memory: {used_memory: 82_500_000, maxmemory: 300_000_000}},
			earlier: {memory: {used_memory: 80_000_000, maxmemory: 300_000_000}},
			record: setters,
		}),
		'warning',
		/^gets 100\/s keys without a TTL, full in about 1m27s, 99% of its 20.3k keys have one: most writes are SET from shop-2$/,
	],
	[
		'memory would be full in hours by two samples',
		keys([20_200, 20_000], [20_300, 20_000], {
			info: {memory: {used_memory: 80_400_000, maxmemory: 300_000_000_000}},
			earlier: {memory: {used_memory: 80_000_000, maxmemory: 300_000_000_000}},
		}),
		'info',
		/^gets 100\/s keys without a TTL, 99%/,
	],
	['keys expire as others are written with a TTL', keys([100_000, 97_000], [100_100, 97_100]), 'clear'],
	['keys with a TTL expire, and nothing is written', keys([100_000, 97_000], [99_000, 96_000]), 'clear'],
	['all data grows alike', keys([1_000_000, 600_000], [1_002_000, 601_200]), 'clear'],
	[
		'keys without a TTL grow far faster than the others',
		keys([1_000_000, 600_000], [1_001_000, 600_300]),
		'info',
		/^gets 700\/s keys without a TTL, 60% of its 1.00M keys have one$/,
	],
	['a few new keys without a TTL', keys([100_000, 97_000], [100_010, 97_000]), 'clear'],
	['many such keys were there before', keys([1_000_000, 600_000], [1_000_300, 600_000]), 'clear'],
	['most keys have no TTL: data', keys([100_000, 20_000], [101_000, 20_000]), 'clear'],
	['a few keys in all', keys([500, 480], [560, 480]), 'clear'],
	['a replica', keys([100_000, 97_000], [100_480, 97_000], {record: {role: 'replica'}}), 'clear'],
	['one sample', {info: database(100_000, 97_000), record: {role: 'primary'}}, 'pending'],
]);

test('the steps name the client, and what helps until its release is mended', () => {
	const evaluation = keyTtlLost.evaluate(
		factsOf(
			keys([20_200, 20_000], [20_300, 20_000], {
				info: {memory: {used_memory: 82_500_000, maxmemory: 300_000_000}},
				earlier: {memory: {used_memory: 80_000_000, maxmemory: 300_000_000}},
				record: setters,
			}),
		),
		0,
	);
	assert.ok(evaluation.kind === 'fires');
	const steps = evaluation.next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^compare the last release of shop-2: SET without EX/);
	assert.match(steps[1] ?? '', /^until then stop shop-2, or raise maxmemory/);
	assert.equal(evaluation.action, undefined, 'line 3 has room for the client');
});
