import assert from 'node:assert/strict';
import test from 'node:test';
import {keyDrop} from '../../source/derive/key-drop.js';
import {keyDropped} from '../../source/rules/keyspace.js';
import {memAofBuf, memClients, memReplBuf} from '../../source/rules/memory-buffers.js';
import {memEvict, memEvictStorm, memGrowth, memOom, trend} from '../../source/rules/memory-eviction.js';
import {memForkRoom, memRssGap, memSwap, memSystem} from '../../source/rules/memory-host.js';
import {mem32bit, memExceeded, memMax, memPolicyNoop, memUnset} from '../../source/rules/memory-limit.js';
import {
	memDefrag,
	memFrag,
	memLazyfree,
	memOverhead,
	memRehash,
	memScripts,
} from '../../source/rules/memory-overhead.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const nowMs = factsOf({}).nowMs;
const mega = 1024 * 1024;

const memory = (used: number, limit: number, policy = 'noeviction', rest: Sections[string] = {}): Sections => ({
	memory: {used_memory: used, maxmemory: limit, maxmemory_policy: policy, ...rest},
});

testRule(memMax, [
	['well below', {info: memory(79, 100)}, 'clear'],
	['at 80 %', {info: memory(80, 100)}, 'warning', /^memory at 80% of maxmemory \(100B\), policy noeviction$/],
	['at 90 %', {info: memory(90, 100)}, 'critical'],
	['over it', {info: memory(143, 100)}, 'critical', /143%/],
	['no limit', {info: memory(1e9, 0)}, 'clear'],
	[
		'buffers of replicas and AOF don’t count',
		{info: memory(95, 100, 'noeviction', {mem_not_counted_for_evict: 20})},
		'clear',
	],
	['all keys may go, and none does', {info: memory(99, 100, 'allkeys-lru')}, 'info'],
	[
		'all keys may go, and do',
		{info: {...memory(99, 100, 'allkeys-lru'), stats: {evicted_keys: 9}}, earlier: {stats: {evicted_keys: 1}}},
		'warning',
	],
	[
		'a declared cache is meant to',
		{
			info: {...memory(99, 100, 'allkeys-lru'), stats: {evicted_keys: 9}},
			earlier: {stats: {evicted_keys: 1}},
			settings: {isCache: true},
		},
		'info',
	],
	['a policy of a later version, by its prefix', {info: memory(99, 100, 'allkeys-lrm')}, 'info'],
	['volatile keys only', {info: memory(95, 100, 'volatile-ttl')}, 'critical'],
	['a replica ignores it', {info: memory(95, 100), record: {role: 'replica'}}, 'warning'],
	[
		'with its evictions',
		{
			info: {...memory(85, 100, 'volatile-lru'), stats: {evicted_keys: 112}},
			earlier: {stats: {evicted_keys: 100}},
		},
		'warning',
		/evicting 12\.0\/s|evicting 12\/s/,
	],
	['a threshold of its own', {info: memory(80, 100), thresholds: {'mem.max.warning': 0.85}}, 'clear'],
	['no maxmemory in INFO', {info: {memory: {used_memory: 80}}}, 'absent', /maxmemory/],
	['a sentinel has no memory to speak of', {info: memory(80, 100), record: {role: 'sentinel'}}, 'clear'],
	[
		'the node is gone',
		{record: {failure: {layer: 'tcp', code: 'ECONNREFUSED', text: 'refuses connections', state: 'down'}}},
		'pending',
	],
]);

const fields = (values: Sections[string]): Sections => ({memory: values});

testRule(memUnset, [
	['a limit', {info: fields({maxmemory: 5, used_memory_rss: 5})}, 'clear'],
	['none, and room', {info: fields({maxmemory: 0, used_memory_rss: 10, total_system_memory: 100})}, 'info'],
	[
		'advice counts where it was asked for',
		{info: fields({maxmemory: 0, used_memory_rss: 10, total_system_memory: 100}), settings: {isStrict: true}},
		'warning',
	],
	[
		'none, and most of the machine',
		{info: fields({maxmemory: 0, used_memory_rss: 61, total_system_memory: 100})},
		'warning',
	],
	[
		'the container’s limit counts, not the machine’s memory',
		{
			info: fields({maxmemory: 0, used_memory_rss: 61, total_system_memory: 1000}),
			host: {cgroup: {limitBytes: 100, usedBytes: 70, oomKills: 0}},
		},
		'warning',
		/container/,
	],
	['a provider that hides it', {info: fields({used_memory_rss: 10})}, 'absent'],
]);

const replies = (code: string, count: number): Sections => ({errorstats: {[`errorstat_${code}`]: `count=${count}`}});
testRule(memOom, [
	['none', {info: replies('OOM', 5), earlier: replies('OOM', 5)}, 'clear'],
	[
		'the first one',
		{info: {...memory(150, 100), ...replies('OOM', 1)}, earlier: {errorstats: {}}},
		'critical',
		/noeviction/,
	],
	[
		'overhead alone is over the limit',
		{
			info: {
				memory: {maxmemory: 100, used_memory_overhead: 120, maxmemory_policy: 'allkeys-lru'},
				...replies('OOM', 9),
			},
			earlier: replies('OOM', 2),
		},
		'critical',
		/overhead alone/,
	],
	['another error', {info: replies('WRONGTYPE', 5), earlier: replies('WRONGTYPE', 2)}, 'clear'],
	['the first sample', {info: replies('OOM', 5)}, 'pending'],
	['counters that were reset', {info: replies('OOM', 1), earlier: replies('OOM', 5)}, 'pending'],
	['before Redis 6.2', {info: memory(5, 100), earlier: {}}, 'absent'],
]);

const exceeded = (ms: number): Sections => ({stats: {current_eviction_exceeded_time: ms}});
testRule(memExceeded, [
	['no', {info: exceeded(0)}, 'clear'],
	['within one cycle', {info: exceeded(900)}, 'clear'],
	['for five seconds', {info: exceeded(5000)}, 'warning'],
	['for a minute', {info: exceeded(60_000)}, 'critical'],
	['before Redis 7', {info: {stats: {}}}, 'absent'],
]);

const evicted = (count: number, keys = 1_000_000): Sections => ({
	stats: {evicted_keys: count},
	keyspace: {db0: `keys=${keys},expires=0,avg_ttl=0`},
});
testRule(memEvict, [
	['none', {info: evicted(5), earlier: evicted(5)}, 'clear'],
	['some', {info: evicted(17), earlier: evicted(5)}, 'warning', /12/],
	['a declared cache', {info: evicted(17), earlier: evicted(5), settings: {isCache: true}}, 'clear'],
	['the first sample', {info: evicted(17)}, 'pending'],
]);

/** Evictions so many a second for ten minutes. */
const steady = (perSecond: number): NonNullable<FactsParts['past']> =>
	Array.from({length: 60}, (_, index) => ({stats: {evicted_keys: index * 10 * perSecond}}));
testRule(memEvictStorm, [
	['a few', {info: evicted(95), earlier: evicted(5)}, 'clear'],
	['two percent of the keys a second', {info: evicted(2000, 100_000), earlier: evicted(0)}, 'critical', /2\.0% of all/],
	['as many of far more keys', {info: evicted(2000, 10_000_000), earlier: evicted(0)}, 'clear'],
	['steady for ten minutes', {info: evicted(602_000, 100_000), earlier: evicted(600_000), past: steady(1000)}, 'clear'],
	[
		'ten times the usual',
		{info: evicted(612_000, 100_000_000), earlier: evicted(600_000), past: steady(1000)},
		'critical',
	],
	['the first sample', {info: evicted(2000)}, 'pending'],
]);

const keyed = (expires: number, policy: string): Sections => ({
	...memory(85, 100, policy),
	keyspace: {db0: `keys=1000,expires=${expires},avg_ttl=0`},
});
testRule(memPolicyNoop, [
	['hardly any TTL', {info: keyed(50, 'volatile-lru')}, 'warning', /5\.0%/],
	['enough of them', {info: keyed(500, 'volatile-lru')}, 'clear'],
	['all keys may go', {info: keyed(0, 'allkeys-lru')}, 'clear'],
	['room enough', {info: {...keyed(0, 'volatile-ttl'), ...memory(5, 100, 'volatile-ttl')}}, 'clear'],
	['no policy said', {info: fields({used_memory: 85, maxmemory: 100})}, 'absent'],
]);

const frag = (ratio: number, bytes: number, used = 50 * mega): Sections =>
	fields({allocator_frag_ratio: ratio, allocator_frag_bytes: bytes, used_memory: used});
testRule(memFrag, [
	['dense', {info: frag(1.05, 20 * mega)}, 'clear'],
	['a ratio over few bytes', {info: frag(3, 2 * mega)}, 'clear'],
	['an idle server of a megabyte', {info: frag(8, 20 * mega, mega)}, 'clear'],
	['some', {info: frag(1.5, 20 * mega)}, 'info'],
	['much', {info: frag(1.5, 300 * mega)}, 'warning'],
	['not jemalloc', {info: fields({used_memory: 5})}, 'absent'],
]);

const gap = (ratio: number, bytes: number, rest: Sections[string] = {}): Sections =>
	fields({mem_fragmentation_ratio: ratio, mem_fragmentation_bytes: bytes, used_memory: 500 * mega, ...rest});
testRule(memRssGap, [
	['none', {info: gap(1.1, 50 * mega)}, 'clear'],
	['some', {info: gap(1.5, 50 * mega)}, 'info'],
	['much', {info: gap(1.5, 250 * mega)}, 'warning'],
	['just freed', {info: gap(1.5, 250 * mega, {used_memory_peak: 900 * mega})}, 'clear'],
	['copies of a fork', {info: {...gap(1.5, 250 * mega), persistence: {rdb_bgsave_in_progress: 1}}}, 'clear'],
	['not said', {info: fields({used_memory: 5})}, 'absent'],
]);

const resident = (used: number, rss: number): Sections =>
	fields({used_memory: used * mega, used_memory_rss: rss * mega});
testRule(memSwap, [
	['all of it there', {info: resident(100, 104)}, 'clear'],
	['a fifth is missing', {info: resident(100, 80)}, 'critical', /20\.0M/],
	['few bytes of a small one', {info: resident(10, 5)}, 'clear'],
	['not said', {info: fields({used_memory: 5})}, 'absent'],
]);

const machine = (rss: number): Sections => fields({used_memory_rss: rss, total_system_memory: 100});
testRule(memSystem, [
	['half', {info: machine(50)}, 'clear'],
	['most', {info: machine(85)}, 'warning'],
	['nearly all', {info: machine(95)}, 'critical'],
	[
		'a container of its own',
		{info: machine(10), host: {cgroup: {limitBytes: 11, usedBytes: 10, oomKills: 0}}},
		'critical',
		/container/,
	],
	['not said', {info: fields({used_memory_rss: 5})}, 'absent'],
]);

const kernel = (availableMemoryBytes: number, overcommitMemory: number): NonNullable<FactsParts['host']> => ({
	kernel: {
		overcommitMemory,
		transparentHugePages: undefined,
		maximumBacklog: undefined,
		totalMemoryBytes: undefined,
		availableMemoryBytes,
		totalSwapBytes: undefined,
		freeSwapBytes: undefined,
		clockSource: undefined,
	},
});
testRule(memForkRoom, [
	['room', {info: machine(100), host: kernel(500, 0)}, 'clear'],
	['the kernel may refuse', {info: machine(100), host: kernel(50, 0)}, 'warning', /may be refused/],
	['the kernel never refuses', {info: machine(100), host: kernel(50, 1)}, 'clear'],
	['no room for the copies', {info: machine(100), host: kernel(10, 1)}, 'warning', /copies/],
	[
		'as much as the last one copied',
		{info: {...machine(100), persistence: {rdb_last_cow_size: 80}}, host: kernel(50, 1)},
		'warning',
	],
	['another machine', {info: machine(100)}, 'unseen'],
]);

const growing = (step: number): NonNullable<FactsParts['past']> =>
	Array.from({length: 40}, (_, index) => ({memory: {used_memory: 1_000_000 + index * step}}));
const sawtooth: NonNullable<FactsParts['past']> = Array.from({length: 40}, (_, index) => ({
	memory: {used_memory: 1_000_000 + (index % 4) * 90_000},
}));
const grown = (limit: number, policy = 'noeviction') => memory(1_400_000, limit, policy);
testRule(memGrowth, [
	['at rest', {info: grown(2_000_000), past: growing(0)}, 'clear'],
	['a minute left', {info: grown(1_500_000), past: growing(10_000)}, 'critical', /1m40s/],
	['half an hour left', {info: grown(3_200_000), past: growing(10_000)}, 'warning'],
	['days left', {info: grown(900_000_000), past: growing(10_000)}, 'clear'],
	['a sawtooth', {info: grown(1_500_000), past: sawtooth}, 'clear'],
	['all keys may go: no end', {info: grown(1_500_000, 'allkeys-lru'), past: growing(10_000)}, 'clear'],
	['no limit', {info: grown(0), past: growing(10_000)}, 'clear'],
	['too little seen', {info: grown(1_500_000), past: growing(10_000).slice(0, 10)}, 'pending'],
]);

test('a trend is a slope and how well it fits', () => {
	assert.deepEqual(trend([]), {perSecond: 0, fit: 0});
	const line = [0, 1, 2, 3].map(second => ({atMs: second * 1000, value: 5 + 2 * second}));
	assert.deepEqual(trend(line), {perSecond: 2, fit: 1});
});

testRule(memRehash, [
	['none', {info: fields({mem_overhead_db_hashtable_rehashing: 0, used_memory: 100 * mega})}, 'clear'],
	['much', {info: fields({mem_overhead_db_hashtable_rehashing: 20 * mega, used_memory: 100 * mega})}, 'info'],
	['a small server', {info: fields({mem_overhead_db_hashtable_rehashing: mega, used_memory: 2 * mega})}, 'clear'],
	['before 7.4', {info: fields({used_memory: 5})}, 'absent'],
]);

const buffers = (bytes: number, used: number): Sections => ({
	memory: {mem_clients_normal: bytes, used_memory: used},
	clients: {connected_clients: 10},
});
testRule(memClients, [
	['little', {info: buffers(mega, 900 * mega)}, 'clear'],
	['a small server is mostly clients', {info: buffers(mega, 2 * mega)}, 'clear'],
	['a quarter', {info: buffers(50 * mega, 200 * mega)}, 'warning'],
	['before Redis 5', {info: fields({used_memory: 5})}, 'absent'],
]);

const replicating = (total: number): Sections => ({
	memory: {mem_total_replication_buffers: total},
	replication: {repl_backlog_size: mega},
});
testRule(memReplBuf, [
	['the backlog alone', {info: replicating(mega)}, 'clear'],
	['fifty megabytes more', {info: replicating(51 * mega)}, 'warning', /50\.0M/],
	['before 7.0', {info: fields({mem_clients_slaves: 20 * mega})}, 'warning'],
	['not said', {info: fields({used_memory: 5})}, 'absent'],
]);

testRule(memAofBuf, [
	['little', {info: fields({mem_aof_buffer: 100})}, 'clear'],
	['much', {info: fields({mem_aof_buffer: 65 * mega})}, 'warning'],
	['not said', {info: fields({})}, 'absent'],
]);

testRule(memOverhead, [
	['little', {info: fields({used_memory_overhead: 10 * mega, used_memory: 200 * mega})}, 'clear'],
	['most', {info: fields({used_memory_overhead: 150 * mega, used_memory: 200 * mega})}, 'info'],
	['an empty server is all overhead', {info: fields({used_memory_overhead: mega, used_memory: mega})}, 'clear'],
	['not said', {info: fields({used_memory: 5})}, 'absent'],
]);

testRule(memScripts, [
	['a few', {info: fields({number_of_cached_scripts: 12})}, 'clear'],
	['thousands', {info: fields({number_of_cached_scripts: 4000})}, 'warning'],
	['large ones', {info: fields({number_of_cached_scripts: 12, used_memory_vm_total: 200 * mega})}, 'warning'],
	[
		'some are dropped already',
		{
			info: {memory: {number_of_cached_scripts: 500}, stats: {evicted_scripts: 9}},
			earlier: {stats: {evicted_scripts: 1}},
		},
		'warning',
	],
	['not said', {info: fields({})}, 'absent'],
]);

const lazy = (count: number) => fields({lazyfree_pending_objects: count});
testRule(memLazyfree, [
	['none', {info: lazy(0), earlier: lazy(0)}, 'clear'],
	['many, but fewer', {info: lazy(20_000), earlier: lazy(30_000)}, 'clear'],
	['many and more', {info: lazy(30_000), earlier: lazy(20_000)}, 'warning'],
	['the first sample', {info: lazy(30_000)}, 'pending'],
]);

testRule(memDefrag, [
	['no', {info: fields({active_defrag_running: 0})}, 'clear'],
	['hard at it', {info: fields({active_defrag_running: 40})}, 'info'],
	['not said', {info: fields({})}, 'absent'],
]);

testRule(mem32bit, [
	['64', {info: {server: {arch_bits: 64}}}, 'clear'],
	['32', {info: {server: {arch_bits: 32}}}, 'warning'],
	['not said', {info: {server: {}}}, 'absent'],
]);

const keys = (count: number, rest: Sections = {}): Sections => ({
	keyspace: count === 0 ? {} : {db0: `keys=${count},expires=0,avg_ttl=0`},
	...rest,
});
const dropped = {from: 20_000, to: 0, byRestart: false, byFlush: true, atMs: nowMs - 5000};
testRule(keyDropped, [
	['no drop', {info: keys(100)}, 'clear'],
	['by a flush', {info: keys(0), watch: {keyDrop: dropped}}, 'critical', /by a flush/],
	[
		'by a restart',
		{info: keys(0), watch: {keyDrop: {...dropped, byRestart: true, byFlush: undefined}}},
		'critical',
		/restart/,
	],
	['they are back', {info: keys(15_000), watch: {keyDrop: dropped}}, 'clear'],
	['no news any more', {info: keys(0), watch: {keyDrop: {...dropped, atMs: nowMs - 700_000}}}, 'clear'],
]);

const expired = (count: number): Sections => ({stats: {expired_keys: count, evicted_keys: 0}});
const flushes: Sections = {commandstats: {cmdstat_flushall: 'calls=1,usec=5'}};
const drops: ReadonlyArray<readonly [string, Sections, Sections, string | undefined]> = [
	['most of them', keys(9000), keys(100), 'drop'],
	['all of them', keys(9000), keys(0), 'drop'],
	['by FLUSHALL', keys(9000, {commandstats: {cmdstat_get: 'calls=1'}}), keys(0, flushes), 'flush'],
	['by a restart', keys(9000), keys(0, {server: {run_id: 'b'}}), 'restart'],
	['a restart that still loads', keys(9000), keys(0, {server: {run_id: 'b'}, persistence: {loading: 1}}), undefined],
	['they expired', keys(9000, expired(0)), keys(100, expired(8900)), undefined],
	['a few of few', keys(900), keys(1), undefined],
	['a third', keys(9000), keys(6000), undefined],
	['not said before', {}, keys(0), undefined],
];
for (const [name, before, after, expected] of drops) {
	test(`keys gone between two samples: ${name}`, () => {
		const drop = keyDrop(sampleOf(before), sampleOf(after, 1000));
		const how = drop && (drop.byRestart ? 'restart' : drop.byFlush === true ? 'flush' : 'drop');
		assert.equal(how, expected);
	});
}
