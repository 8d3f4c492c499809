import assert from 'node:assert/strict';
import test from 'node:test';
import type {LogEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {memEvict, memEvictStorm, memOom} from '../../source/rules/memory-eviction.js';
import {memGrowth, trend} from '../../source/rules/memory-growth.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type RecordParts, recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const evicted = (count: number, keys = 1_000_000): Sections => ({
	stats: {evicted_keys: count},
	keyspace: {db0: `keys=${keys},expires=0,avg_ttl=0`},
});

/** A cache of 100 MB with 20,000 keys with a TTL that evicts 600 keys a second for writes of a kilobyte. */
const volatile = (
	withoutTtl: number,
	policy = 'volatile-ttl',
	input: Readonly<Record<string, number>> = {total_net_input_bytes: 640_000},
): FactsParts => ({
	info: {
		stats: {evicted_keys: 600, ...input},
		keyspace: {db0: `keys=${20_000 + withoutTtl},expires=20000,avg_ttl=9`},
		memory: {maxmemory: 100_000_000, used_memory: 99_900_000, maxmemory_policy: policy},
	},
	earlier: {stats: {evicted_keys: 0, ...('total_net_input_bytes' in input ? {total_net_input_bytes: 0} : {})}},
});

const mebibyte = 1024 * 1024;

/** A cache of 100 MB that evicts keys because one client does not read its replies. */
const hungReader: FactsParts = {
	info: {
		...evicted(2000, 40_000),
		memory: {
			maxmemory: 100 * mebibyte,
			used_memory: 100 * mebibyte,
			maxmemory_policy: 'allkeys-lru',
			mem_clients_normal: 54 * mebibyte,
		},
	},
	earlier: evicted(0, 40_000),
	record: {
		clients: {
			atMs: 0,
			value: [
				clientOf({id: 7, name: 'report-export', outputBufferBytes: 50 * mebibyte}),
				clientOf({id: 8, name: 'web', outputBufferBytes: 0, command: 'set'}),
			],
		},
	},
};

testRule(memEvict, [
	['no evictions', {info: evicted(5), earlier: evicted(5)}, 'clear'],
	['some evictions', {info: evicted(17), earlier: evicted(5)}, 'warning', /^evicts keys at 12\/s$/],
	[
		'a replica',
		{info: evicted(17), earlier: evicted(5), record: {role: 'replica'}},
		'warning',
		/^evicts keys that its primary keeps, 12\/s: replica-ignore-maxmemory no$/,
	],
	['a declared cache', {info: evicted(17), earlier: evicted(5), settings: {isCache: true}}, 'clear'],
	[
		'the limit was lowered from none',
		{
			info: {...evicted(17), memory: {maxmemory: 100, used_memory: 100}},
			earlier: evicted(5),
			past: [{memory: {maxmemory: 0}}, {memory: {maxmemory: 100}}],
		},
		'warning',
		/: maxmemory set to 100B, no limit before$/,
	],
	['most of the memory is in a key without a TTL', volatile(1), 'warning', /: 1 key without TTL has 7\d% of memory$/],
	['the same with a policy that evicts every key', volatile(1, 'allkeys-lru'), 'warning', /^evicts keys at 600\/s$/],
	['every key has a TTL', volatile(0), 'warning', /^evicts keys at 600\/s$/],
	['what clients send is not known', volatile(1, 'volatile-ttl', {}), 'warning', /^evicts keys at 600\/s$/],
	[
		'values are large, and keys with a TTL fill the memory',
		volatile(1, 'volatile-ttl', {total_net_input_bytes: 3_000_000}),
		'warning',
		/^evicts keys at 600\/s$/,
	],
	[
		'client buffers take much of the memory',
		hungReader,
		'warning',
		/: client buffers take 54\.0M, 54% of maxmemory, most of it for report-export$/,
	],
	['the first sample', {info: evicted(17)}, 'pending'],
]);

/** Ten minutes with this constant rate of evictions. */
const steady = (perSecond: number): NonNullable<FactsParts['past']> =>
	Array.from({length: 60}, (_, index) => ({stats: {evicted_keys: index * 10 * perSecond}}));

test('keys that client buffers displace are not blamed on their writers', () => {
	for (const rule of [memEvict, memEvictStorm]) {
		const {culprit, action, next, reason} = firingOf(rule, hungReader);
		assert.equal(culprit?.client?.name, 'report-export', rule.id);
		assert.equal(action, 'client-kill', rule.id);
		assert.match(messageText(reason ?? ''), /^client buffers take/, rule.id);
		assert.match(messageText(next[0]?.text ?? ''), /CLIENT KILL ID 7$/, rule.id);
	}

	const small = {
		...hungReader,
		info: {...hungReader.info, memory: {maxmemory: 400 * mebibyte, mem_clients_normal: 54 * mebibyte}},
	};
	assert.equal(firingOf(memEvictStorm, small).action, 'set-maxmemory');
});

/** A cache of 100 MB whose replication backlog was raised to 80 MB, and is filled to 55 MB. */
const largeBacklog = (backlogMebibytes: number): FactsParts => ({
	info: {
		...evicted(2000, 40_000),
		errorstats: {errorstat_OOM: 'count=40'},
		memory: {
			maxmemory: 100 * mebibyte,
			used_memory: 100 * mebibyte,
			maxmemory_policy: 'allkeys-lru',
			mem_replication_backlog: backlogMebibytes * mebibyte,
		},
	},
	earlier: {stats: {evicted_keys: 0}, errorstats: {errorstat_OOM: 'count=0'}},
});

test('keys that a large replication backlog displaces are not blamed on their writers', () => {
	for (const rule of [memEvict, memEvictStorm, memOom]) {
		const {culprit, action, next, reason} = firingOf(rule, largeBacklog(55));
		assert.equal(culprit, undefined, rule.id);
		assert.equal(action, 'set-repl-backlog', rule.id);
		assert.equal(messageText(reason ?? ''), 'the replication backlog takes 55.0M, 55% of maxmemory', rule.id);
		assert.match(messageText(next[0]?.text ?? ''), /CONFIG SET repl-backlog-size 5mb$/, rule.id);
		assert.equal(firingOf(rule, largeBacklog(10)).action, 'set-maxmemory', rule.id);
	}
});

/** A cache of 48 MB whose memory is full of cached scripts, of which a client sends a new one with each call. */
const scriptCache = (of: Readonly<Record<string, number>>, command = 'eval'): FactsParts => ({
	info: {
		...evicted(2000, 10_000),
		memory: {
			maxmemory: 48 * mebibyte,
			used_memory: 76 * mebibyte,
			used_memory_overhead: 72 * mebibyte,
			maxmemory_policy: 'allkeys-lru',
			mem_clients_normal: 22_000,
			number_of_cached_scripts: 8900,
			...of,
		},
		errorstats: {errorstat_OOM: 'count=9'},
	},
	earlier: {...evicted(0, 10_000), errorstats: {errorstat_OOM: 'count=2'}},
	record: {clients: {atMs: 0, value: [clientOf({id: 7, name: 'promo-svc', command}), clientOf({id: 8, name: 'web'})]}},
});

test('refused writes and evictions for cached scripts are not blamed on clients or writers', () => {
	const cases = [
		scriptCache({used_memory_scripts_eval: 70 * mebibyte, used_memory_scripts: 71 * mebibyte}),
		scriptCache({used_memory_scripts: 70 * mebibyte}),
		scriptCache({used_memory_scripts_eval: 70 * mebibyte}, 'script|load'),
	];
	for (const parts of cases) {
		for (const rule of [memOom, memEvict, memEvictStorm]) {
			const {culprit, action, next, reason, detail} = firingOf(rule, parts);
			assert.equal(messageText(reason ?? ''), '8.90k scripts take 70.0M', rule.id);
			assert.match(messageText(detail ?? ''), /^(EVAL|SCRIPT LOAD) from promo-svc$/, rule.id);
			// Closing the client frees no script, so that neither an action nor a culprit offers it.
			assert.equal(culprit?.client, undefined, rule.id);
			assert.equal(action, undefined, rule.id);
			assert.match(messageText(next[0]?.text ?? ''), /SCRIPT FLUSH ASYNC$/, rule.id);
			assert.doesNotMatch(next.map(({text}) => messageText(text)).join('\n'), /CLIENT|bigkeys|tot-mem/, rule.id);
		}
	}
});

test('a few scripts, and scripts that take little of the limit, do not fill the memory', () => {
	for (const parts of [
		scriptCache({used_memory_scripts_eval: mebibyte}),
		scriptCache({used_memory_scripts_eval: 70 * mebibyte, number_of_cached_scripts: 9}),
	]) {
		assert.match(messageText(firingOf(memOom, parts).reason ?? ''), /^overhead alone/);
		assert.doesNotMatch(messageText(firingOf(memEvict, parts).reason ?? ''), /scripts/);
	}
});

testRule(memEvictStorm, [
	['few evictions', {info: evicted(95), earlier: evicted(5)}, 'clear'],
	['two percent of the keys a second', {info: evicted(2000, 100_000), earlier: evicted(0)}, 'critical', /2\.0% of all/],
	[
		'two percent of the keys a second of a replica',
		{info: evicted(2000, 100_000), earlier: evicted(0), record: {role: 'replica'}},
		'critical',
		/^evicts keys that its primary keeps, .*\/s: replica-ignore-maxmemory no$/,
	],
	[
		'most of the memory is in a key without a TTL',
		volatile(1),
		'critical',
		/a second: 1 key without TTL has 7\d% of memory$/,
	],
	['the same rate of far more keys', {info: evicted(2000, 10_000_000), earlier: evicted(0)}, 'clear'],
	[
		'a steady rate for ten minutes',
		{info: evicted(602_000, 100_000), earlier: evicted(600_000), past: steady(1000)},
		'clear',
	],
	[
		'over ten times the usual rate',
		{info: evicted(612_000, 100_000_000), earlier: evicted(600_000), past: steady(1000)},
		'critical',
	],
	['the first sample', {info: evicted(2000)}, 'pending'],
]);

const memory = (used: number, limit: number, policy = 'noeviction', rest: Sections[string] = {}): Sections => ({
	memory: {used_memory: used, maxmemory: limit, maxmemory_policy: policy, ...rest},
});

const replies = (code: string, count: number): Sections => ({errorstats: {[`errorstat_${code}`]: `count=${count}`}});

const loweredBy = (agoSeconds: number): LogEvidence => ({
	source: 'log',
	lines: [],
	remarks: [
		{
			id: 'maxmemory-below',
			severity: 'warning',
			rules: ['mem.max'],
			meaning: '',
			line: 'the new maxmemory value set via CONFIG SET',
			atMs: factsOf({}).nowMs - agoSeconds * 1000,
			count: 1,
		},
	],
});
const refusing = {
	info: {...memory(150, 100), ...replies('OOM', 9)},
	earlier: replies('OOM', 2),
};
const peerOf = (parts: RecordParts) => recordFrom({address: '10.0.1.12:6379', ...parts});

/** A full primary of a cluster whose other primaries use these percentages of the same limit. */
const besidePrimaries = (used: readonly number[]): FactsParts => ({
	...refusing,
	info: {...refusing.info, cluster: {cluster_enabled: 1}},
	nodes: used.map((each, index) =>
		peerOf({
			address: `10.0.1.${12 + index}:6379`,
			info: {cluster: {cluster_enabled: 1}, memory: {maxmemory: 100, used_memory: each}},
		}),
	),
});

/** INFO of a full node of a cluster with so many bytes of 100 in its backlog. */
const withBacklog = (bytes: number): Sections => ({
	...besidePrimaries([]).info,
	memory: {...refusing.info?.memory, mem_replication_backlog: bytes, used_memory: 101},
});

testRule(memOom, [
	['no new OOM reply', {info: replies('OOM', 5), earlier: replies('OOM', 5)}, 'clear'],
	[
		'the first OOM reply',
		{info: {...memory(101, 100), ...replies('OOM', 1)}, earlier: {errorstats: {}}},
		'critical',
		/^refuses writes \(OOM\): the policy is noeviction$/,
	],
	[
		'the limit has no unit, and is below what the empty server takes',
		{
			info: {
				...memory(1_200_000, 512, 'allkeys-lru', {
					used_memory_overhead: 1_100_000,
					used_memory_startup: 900_000,
					total_system_memory: 16e9,
				}),
				...replies('OOM', 1),
			},
			earlier: {errorstats: {}},
		},
		'critical',
		/^refuses writes \(OOM\): maxmemory is 512B \(unit missing\?\)$/,
	],
	[
		'the limit has a unit, and is below what the empty server takes',
		{
			info: {
				...memory(1_200_000, 524_288, 'allkeys-lru', {used_memory_startup: 900_000}),
				...replies('OOM', 1),
			},
			earlier: {errorstats: {}},
		},
		'critical',
		/^refuses writes \(OOM\): maxmemory is 512K, less than the empty server takes$/,
	],
	[
		'the limit is far below the data, and nothing tells why',
		{info: {...memory(150, 100), ...replies('OOM', 1)}, earlier: {errorstats: {}}},
		'critical',
		/: the policy is noeviction$/,
	],
	[
		'the log has the CONFIG SET that lowered the limit',
		{
			info: {...memory(150, 100), ...replies('OOM', 1), server: {uptime_in_seconds: 600}},
			earlier: {errorstats: {}},
			host: {log: loweredBy(60)},
		},
		'critical',
		/^refuses writes \(OOM\): maxmemory lowered to 100B by CONFIG SET at [\d:]+$/,
	],
	[
		'the log has a CONFIG SET from before the server started',
		{
			info: {...memory(150, 100), ...replies('OOM', 1), server: {uptime_in_seconds: 600}},
			earlier: {errorstats: {}},
			host: {log: loweredBy(900)},
		},
		'critical',
		/: the policy is noeviction$/,
	],
	[
		'the limit was lowered while redis-top looked',
		{
			info: {...memory(101, 100), ...replies('OOM', 1)},
			earlier: {errorstats: {}},
			past: [memory(90, 0), memory(90, 400), memory(101, 100)],
		},
		'critical',
		/^refuses writes \(OOM\): maxmemory lowered from 400B to 100B$/,
	],
	[
		'the config file has a higher limit',
		{
			info: {...memory(101, 100), ...replies('OOM', 1)},
			earlier: {errorstats: {}},
			host: {configFile: {path: '/etc/redis.conf', settings: new Map([['maxmemory', '400mb']])}},
		},
		'critical',
		/^refuses writes \(OOM\): maxmemory 100B, 400M in its config file$/,
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
	[
		'a promoted node with a smaller limit than its replica',
		{
			...refusing,
			nodes: [
				peerOf({
					info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}, memory: {maxmemory: 1000}},
					role: 'replica',
				}),
			],
		},
		'critical',
		/^refuses writes \(OOM\): limit 100B, others 1000B$/,
	],
	[
		'a node of a cluster with a smaller limit than the others',
		{
			...refusing,
			info: {...refusing.info, cluster: {cluster_enabled: 1}},
			nodes: [peerOf({info: {cluster: {cluster_enabled: 1}, memory: {maxmemory: 0}}})],
		},
		'critical',
		/^refuses writes \(OOM\): limit 100B, others none$/,
	],
	[
		'a promoted node without the policy of its replica',
		{
			...refusing,
			nodes: [
				peerOf({
					info: {
						replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379},
						memory: {maxmemory: 100, maxmemory_policy: 'allkeys-lru'},
					},
					role: 'replica',
				}),
			],
		},
		'critical',
		/^refuses writes \(OOM\): policy noeviction, others allkeys-lru$/,
	],
	[
		'a promoted node with the policy of its replica',
		{
			...refusing,
			nodes: [
				peerOf({
					info: {
						replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379},
						memory: {maxmemory: 100, maxmemory_policy: 'noeviction'},
					},
					role: 'replica',
				}),
			],
		},
		'critical',
		/: the policy is noeviction$/,
	],
	[
		'a server of its own beside one that evicts keys',
		{...refusing, nodes: [peerOf({info: {memory: {maxmemory: 100, maxmemory_policy: 'allkeys-lru'}}})]},
		'critical',
		/: the policy is noeviction$/,
	],
	[
		'a server of its own beside one with a higher limit',
		{...refusing, nodes: [peerOf({info: {memory: {maxmemory: 1000}}})]},
		'critical',
		/: the policy is noeviction$/,
	],
	[
		'a node that alone is full in its cluster',
		besidePrimaries([5, 5]),
		'critical',
		/^refuses writes \(OOM\): only this shard is full, the others use 5\.0%$/,
	],
	[
		'a node that is full beside others with room',
		besidePrimaries([5, 40]),
		'critical',
		/: only this shard is full, the others use at most 40%$/,
	],
	[
		'the same with a backlog of a quarter of the limit: a smaller one would not help for long',
		{...besidePrimaries([5, 5]), info: withBacklog(30)},
		'critical',
		/: only this shard is full, the others use 5\.0%$/,
	],
	[
		'a node whose backlog takes more than its data',
		{...besidePrimaries([5, 5]), info: withBacklog(70)},
		'critical',
		/: the replication backlog takes 70B, 70% of maxmemory$/,
	],
	[
		'a node of a cluster that gets full, with the same backlog',
		{...besidePrimaries([5, 80]), info: withBacklog(30)},
		'critical',
		/: the replication backlog takes 30B, 30% of maxmemory$/,
	],
	['a cluster that gets full', besidePrimaries([5, 80]), 'critical', /: the policy is noeviction$/],
	['one other primary', besidePrimaries([5]), 'critical', /: the policy is noeviction$/],
	[
		'a node with most keys of its cluster',
		{
			...refusing,
			info: {...refusing.info, cluster: {cluster_enabled: 1}, keyspace: {db0: 'keys=9000,expires=0'}},
			nodes: ['10.0.1.12:6379', '10.0.1.13:6379'].map(address =>
				peerOf({
					address,
					info: {cluster: {cluster_enabled: 1}, keyspace: {db0: 'keys=500,expires=0'}, memory: {maxmemory: 100}},
				}),
			),
		},
		'critical',
		/^refuses writes \(OOM\): it has 90% of the cluster's keys$/,
	],
	['another error', {info: replies('WRONGTYPE', 5), earlier: replies('WRONGTYPE', 2)}, 'clear'],
	['the first sample', {info: replies('OOM', 5)}, 'pending'],
	[
		'Redis stopped counting errors by kind',
		{info: {errorstats: {errorstat_ERRORSTATS_DISABLED: 'count=1'}}, earlier: replies('OOM', 5)},
		'absent',
		/stopped counting errors by kind after 128 kinds/,
	],
	[
		'Valkey counts no new kinds, and OOM is not on the list',
		{info: replies('ERRORSTATS_OVERFLOW', 3), earlier: replies('ERRORSTATS_OVERFLOW', 2)},
		'absent',
	],
	[
		'Valkey counts no new kinds, and OOM is on the list',
		{
			info: {errorstats: {...replies('OOM', 9).errorstats, ...replies('ERRORSTATS_OVERFLOW', 3).errorstats}},
			earlier: {errorstats: {...replies('OOM', 5).errorstats, ...replies('ERRORSTATS_OVERFLOW', 2).errorstats}},
		},
		'critical',
	],
	['counters that were reset', {info: replies('OOM', 1), earlier: replies('OOM', 5)}, 'pending'],
	['before Redis 6.2', {info: memory(5, 100), earlier: {}}, 'absent'],
]);

const growing = (step: number): NonNullable<FactsParts['past']> =>
	Array.from({length: 40}, (_, index) => ({memory: {used_memory: 1_000_000 + index * step}}));

const sawtooth: NonNullable<FactsParts['past']> = Array.from({length: 40}, (_, index) => ({
	memory: {used_memory: 1_000_000 + (index % 4) * 90_000},
}));

/** Growth for five minutes that stopped eighty seconds ago. */
const ended: NonNullable<FactsParts['past']> = Array.from({length: 40}, (_, index) => ({
	memory: {used_memory: 1_000_000 + Math.min(index, 31) * 12_900},
}));

const grown = (limit: number, policy = 'noeviction') => memory(1_400_000, limit, policy);

testRule(memGrowth, [
	['no growth', {info: grown(2_000_000), past: growing(0)}, 'clear'],
	['a minute left', {info: grown(1_500_000), past: growing(10_000)}, 'critical', /1m40s/],
	[
		'a minute left on a replica, which ignores the limit',
		{info: grown(1_500_000), past: growing(10_000), record: {role: 'replica'}},
		'warning',
		/1m40s/,
	],
	[
		'under a second left',
		{info: grown(1_400_500), past: growing(10_000)},
		'critical',
		/reaches maxmemory within a second/,
	],
	['half an hour left', {info: grown(3_200_000), past: growing(10_000)}, 'warning'],
	['days left', {info: grown(900_000_000), past: growing(10_000)}, 'clear'],
	['a sawtooth, as of keys that expire together', {info: grown(1_500_000), past: sawtooth}, 'clear'],
	['an import that ended a minute ago', {info: grown(1_500_000), past: ended}, 'clear'],
	['all keys may be evicted', {info: grown(1_500_000, 'allkeys-lru'), past: growing(10_000)}, 'clear'],
	['no limit', {info: grown(0), past: growing(10_000)}, 'clear'],
	['under five minutes of readings', {info: grown(1_500_000), past: growing(10_000).slice(0, 10)}, 'pending'],
]);

test('a trend has a slope, and R² as the quality of the fit', () => {
	assert.deepEqual(trend([]), {perSecond: 0, fit: 0});
	const line = [0, 1, 2, 3].map(second => ({atMs: second * 1000, value: 5 + 2 * second}));
	assert.deepEqual(trend(line), {perSecond: 2, fit: 1});
});

test('mem.evict: a server that has evicted for long needs two samples where redis-top has just begun to look', () => {
	const isCertain = (total: number, heldSeconds: number, foundSecondsAgo: number) => {
		const parts = {info: evicted(total), earlier: evicted(total - 12)};
		const facts = factsOf({...parts, watch: {foundAtMs: factsOf(parts).nowMs - foundSecondsAgo * 1000}});
		const evaluation = memEvict.evaluate(facts, heldSeconds * 1000);
		return evaluation.kind === 'fires' && evaluation.isCertain === true;
	};
	assert.ok(isCertain(720, 1, 3));
	assert.ok(!isCertain(719, 1, 3), 'it may have begun a moment ago');
	assert.ok(!isCertain(720, 0, 3), 'one sample');
	assert.ok(!isCertain(720, 1, 90), 'it was not so before');
});

test('mem.oom: a server that evicts all keys already is not warned of such a policy', () => {
	const warned = (maxmemory_policy: string) => {
		const memory = {maxmemory: 100, used_memory_overhead: 120, maxmemory_policy};
		const {next} = firingOf(memOom, {info: {memory, ...replies('OOM', 9)}, earlier: replies('OOM', 2)});
		return next.some(({text}) => /do not set an allkeys policy/.test(messageText(text)));
	};
	assert.deepEqual([warned('allkeys-lru'), warned('allkeys-lfu'), warned('noeviction')], [false, false, true]);
});
