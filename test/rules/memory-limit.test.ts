import assert from 'node:assert/strict';
import test from 'node:test';
import type {Effect} from '../../source/domain/finding.js';
import {mem32bit, memExceeded, memMax, memPolicyNoop, memUnset} from '../../source/rules/memory-limit.js';
import {clientOf, recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const memory = (used: number, limit: number, policy = 'noeviction', rest: Sections[string] = {}): Sections => ({
	memory: {used_memory: used, maxmemory: limit, maxmemory_policy: policy, ...rest},
});

/** A primary of a cluster at 90 % of its limit, whose two other primaries use this percentage of the same limit. */
const besidePrimaries = (used: number, role: 'primary' | 'replica' = 'primary'): FactsParts => ({
	info: {...memory(90, 100), cluster: {cluster_enabled: 1}},
	record: {role},
	nodes: ['10.0.1.12:6379', '10.0.1.13:6379'].map(address =>
		recordFrom({address, info: {...memory(used, 100), cluster: {cluster_enabled: 1}}}),
	),
});

testRule(memMax, [
	[
		'the other primaries of the cluster use little',
		besidePrimaries(5),
		'critical',
		/^memory at 90% of maxmemory, the other primaries use 5\.0%, limit 100B, policy noeviction$/,
	],
	['a cluster that gets full', besidePrimaries(80), 'critical', /^memory at 90% of maxmemory, limit 100B/],
	['a replica', besidePrimaries(5, 'replica'), 'warning', /^memory at 90% of maxmemory, limit 100B/],
	['well below the limit', {info: memory(79, 100)}, 'clear'],
	['at 80 %', {info: memory(80, 100)}, 'warning', /^memory at 80% of maxmemory, limit 100B, policy noeviction$/],
	['at 90 %', {info: memory(90, 100)}, 'critical'],
	['over the limit', {info: memory(143, 100)}, 'critical', /143%/],
	[
		'the limit is below what the empty server takes',
		{info: memory(1_200_000, 512, 'allkeys-lru', {used_memory_startup: 900_000})},
		'critical',
		/^can keep no key: maxmemory is 512B \(unit missing\?\)$/,
	],
	[
		'such a limit of a replica, which ignores it',
		{info: memory(1_200_000, 512, 'noeviction', {used_memory_startup: 900_000}), record: {role: 'replica'}},
		'warning',
	],
	[
		'memory grows with each reading',
		{info: memory(90e6, 100e6), record: {intervalMs: 1000, series: {usedMemory: [86e6, 87e6, 88e6, 89e6, 90e6]}}},
		'critical',
		/^memory at 90% of maxmemory, full in about 10s, limit 95\.4M, policy noeviction$/,
	],
	[
		'memory grew between the first two samples',
		{info: memory(90e6, 100e6), earlier: memory(88e6, 100e6)},
		'critical',
		/^memory at 90% of maxmemory, grew by 1\.91M in 1\.0s, limit 95\.4M, policy noeviction$/,
	],
	[
		'memory rises and falls',
		{info: memory(90e6, 100e6), record: {intervalMs: 1000, series: {usedMemory: [86e6, 90e6, 86e6, 89e6, 90e6]}}},
		'critical',
		/^memory at 90% of maxmemory, limit/,
	],
	[
		'memory grew before a gap',
		{
			info: memory(90e6, 100e6),
			record: {intervalMs: 1000, series: {usedMemory: [86e6, 87e6, 88e6, undefined, 89e6, 90e6]}},
		},
		'critical',
		/^memory at 90% of maxmemory, limit/,
	],
	[
		'all but what keys without a TTL take is evicted again',
		{
			info: {
				...memory(99.9e6, 100e6, 'volatile-lru'),
				stats: {evicted_keys: 600, total_net_input_bytes: 640_000},
				keyspace: {db0: 'keys=50000,expires=20000,avg_ttl=9'},
			},
			earlier: {stats: {evicted_keys: 0, total_net_input_bytes: 0}},
		},
		'critical',
		/^evicts keys at 600\/s, memory at 99\.9% of maxmemory, .*: 30,000 keys without TTL have 7\d% of memory$/,
	],
	['no limit', {info: memory(1e9, 0)}, 'clear'],
	[
		'buffers of replicas and of the AOF do not count',
		{info: memory(95, 100, 'noeviction', {mem_not_counted_for_evict: 20})},
		'clear',
	],
	['all keys may be evicted, and none is', {info: memory(99, 100, 'allkeys-lru')}, 'info'],
	[
		'all keys may be evicted, and some are',
		{info: {...memory(99, 100, 'allkeys-lru'), stats: {evicted_keys: 9}}, earlier: {stats: {evicted_keys: 1}}},
		'warning',
	],
	[
		'a declared cache that evicts keys',
		{
			info: {...memory(99, 100, 'allkeys-lru'), stats: {evicted_keys: 9}},
			earlier: {stats: {evicted_keys: 1}},
			settings: {isCache: true},
		},
		'info',
	],
	['a policy of a later version with the prefix allkeys-', {info: memory(99, 100, 'allkeys-lrm')}, 'info'],
	['only keys with a TTL may be evicted', {info: memory(95, 100, 'volatile-ttl')}, 'critical'],
	['a replica, which ignores maxmemory', {info: memory(95, 100), record: {role: 'replica'}}, 'warning'],
	[
		'evicts keys with a TTL',
		{
			info: {...memory(85, 100, 'volatile-lru'), stats: {evicted_keys: 112}},
			earlier: {stats: {evicted_keys: 100}},
		},
		'warning',
		/, evicting 12\/s$/,
	],
	['another threshold of the target', {info: memory(80, 100), thresholds: {'mem.max.warning': 0.85}}, 'clear'],
	['no maxmemory in INFO', {info: {memory: {used_memory: 80}}}, 'absent', /maxmemory/],
	['a Sentinel', {info: memory(80, 100), record: {role: 'sentinel'}}, 'clear'],
	[
		'the node does not answer',
		{record: {failure: {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'}}},
		'pending',
	],
]);

const evicting = (count: number): Pick<FactsParts, 'earlier'> => ({earlier: {stats: {evicted_keys: 9 - count}}});

const effects: ReadonlyArray<readonly [what: string, policy: string, evictions: number, effect: Effect | undefined]> = [
	['nothing is evicted', 'volatile-lru', 0, undefined],
	['keys are evicted', 'volatile-lru', 5, 'keys-evicted'],
	['any key may be evicted', 'allkeys-lru', 5, 'keys-evicted'],
];
for (const [what, policy, evictions, effect] of effects) {
	test(`mem.max: the effect where ${what} with ${policy}`, () => {
		const info = {...memory(99, 100, policy), stats: {evicted_keys: 9}};
		const evaluation = memMax.evaluate(factsOf({info, ...evicting(evictions)}), 0);
		assert.equal(evaluation.kind, 'fires');
		assert.equal(evaluation.effect, effect);
	});
}

test('mem.max: a declared cache that evicts keys has no effect', () => {
	const info = {...memory(99, 100, 'allkeys-lru'), stats: {evicted_keys: 9}};
	const evaluation = memMax.evaluate(factsOf({info, ...evicting(5), settings: {isCache: true}}), 0);
	assert.equal(evaluation.kind, 'fires');
	assert.equal(evaluation.effect, undefined);
});

const exceeded = (ms: number): Sections => ({stats: {current_eviction_exceeded_time: ms}});

testRule(memExceeded, [
	['not over the limit', {info: exceeded(0)}, 'clear'],
	['for less than a second', {info: exceeded(900)}, 'clear'],
	['for five seconds', {info: exceeded(5000)}, 'warning'],
	['for a minute', {info: exceeded(60_000)}, 'critical'],
	[
		'cached scripts take more than the limit',
		{
			info: {
				...exceeded(5000),
				memory: {maxmemory: 100e6, used_memory: 115e6, used_memory_scripts_eval: 119e6, number_of_cached_scripts: 5795},
			},
			record: {clients: {atMs: 0, value: [clientOf({id: 1, name: 'pricing-svc', command: 'eval'})]}},
		},
		'critical',
		/^over maxmemory for 5\.?0?s, EVAL from pricing-svc: 5\.79k scripts take 113M$/,
	],
	[
		'cached scripts take a third of the limit',
		{
			info: {
				...exceeded(5000),
				memory: {maxmemory: 100e6, used_memory: 115e6, used_memory_scripts_eval: 35e6, number_of_cached_scripts: 1500},
			},
		},
		'warning',
		/: 1\.50k scripts take 33\.4M$/,
	],
	['before Redis 7', {info: {stats: {}}}, 'absent'],
]);

const fields = (values: Sections[string]): Sections => ({memory: values});

testRule(memUnset, [
	['has a limit', {info: fields({maxmemory: 5, used_memory_rss: 5})}, 'clear'],
	[
		'no limit, and room on the machine',
		{info: fields({maxmemory: 0, used_memory_rss: 10, total_system_memory: 100})},
		'info',
	],
	[
		'no limit, and advice counts as a warning (--strict)',
		{info: fields({maxmemory: 0, used_memory_rss: 10, total_system_memory: 100}), settings: {isStrict: true}},
		'warning',
	],
	[
		'no limit, and most of the machine in use',
		{info: fields({maxmemory: 0, used_memory_rss: 61, total_system_memory: 100})},
		'warning',
	],
	[
		'the limit of the container counts, not the memory of the machine',
		{
			info: fields({maxmemory: 0, used_memory_rss: 61, total_system_memory: 1000}),
			host: {cgroup: {limitBytes: 100, usedBytes: 70, oomKills: 0}},
		},
		'warning',
		/container/,
	],
	['a provider that hides maxmemory', {info: fields({used_memory_rss: 10})}, 'absent'],
]);

test('mem.exceeded: the time does not start again while the server crosses its limit every few seconds', () => {
	const problemOf = (exceededMs: number, heldMs: number) => {
		const evaluation = memExceeded.evaluate(factsOf({info: exceeded(exceededMs)}), heldMs);
		assert.equal(evaluation.kind, 'fires');
		return evaluation.problem;
	};

	assert.equal(problemOf(5000, 0), 'over maxmemory for 5s');
	assert.equal(problemOf(8000, 3000), 'over maxmemory for 8s');
	assert.equal(problemOf(2000, 14_000), 'over maxmemory again and again for 14s');
	// Seen again after a moment below the limit.
	assert.equal(problemOf(3000, 80_000), 'over maxmemory again and again for 1m20s');
});

test('mem.exceeded: the effect is refused writes unless keys are evicted', () => {
	const effectOf = (evictions: number) => {
		const stats = {current_eviction_exceeded_time: 5000, evicted_keys: 9};
		const evaluation = memExceeded.evaluate(
			factsOf({info: {stats}, earlier: {stats: {...stats, evicted_keys: 9 - evictions}}}),
			0,
		);
		assert.equal(evaluation.kind, 'fires');
		return evaluation.effect;
	};

	assert.equal(effectOf(0), 'writes-refused');
	assert.equal(effectOf(5), 'keys-evicted');
});

const keyed = (expires: number, policy: string): Sections => ({
	...memory(85, 100, policy),
	keyspace: {db0: `keys=1000,expires=${expires},avg_ttl=0`},
});

/** One client that writes, by commandstats and CLIENT LIST. */
const importing = {
	commands: [{command: 'set', calls: 900, callsPerSecond: 90, failuresPerSecond: 0, meanMicroseconds: 1, timeShare: 0}],
	clients: {atMs: 0, value: [clientOf({id: 7, name: 'import-job', command: 'set'})]},
};

testRule(memPolicyNoop, [
	[
		'hardly any key has a TTL',
		{info: keyed(50, 'volatile-lru')},
		'warning',
		/^can evict only 5\.0% of its keys: policy volatile-lru /,
	],
	[
		'no key has a TTL',
		{info: keyed(0, 'volatile-lru')},
		'warning',
		/^can evict nothing: no key has a TTL, and policy volatile-lru evicts no other keys$/,
	],
	[
		'no key has a TTL, and one client writes',
		{info: keyed(0, 'volatile-lru'), record: importing},
		'warning',
		/^can evict nothing: no key has a TTL \(volatile-lru\), most writes are SET from import-job$/,
	],
	[
		'hardly any key has a TTL, and one client writes',
		{info: keyed(50, 'volatile-lru'), record: importing},
		'warning',
		/^can evict only 5\.0% of its keys: policy volatile-lru evicts only keys with a TTL$/,
	],
	['half of the keys have a TTL', {info: keyed(500, 'volatile-lru')}, 'clear'],
	['all keys may be evicted', {info: keyed(0, 'allkeys-lru')}, 'clear'],
	['memory has room', {info: {...keyed(0, 'volatile-ttl'), ...memory(5, 100, 'volatile-ttl')}}, 'clear'],
	['no maxmemory_policy in INFO', {info: fields({used_memory: 85, maxmemory: 100})}, 'absent'],
]);

testRule(mem32bit, [
	['a 64-bit build', {info: {server: {arch_bits: 64}}}, 'clear'],
	['a 32-bit build', {info: {server: {arch_bits: 32}}}, 'warning', /^can use at most 4 GB/],
	['no arch_bits in INFO', {info: {server: {}}}, 'absent'],
]);
