import {memMax} from '../../../source/derive/rules/mem-max.js';
import type {Sections} from '../../harness/records.js';
import {testRule} from '../../harness/rule-cases.js';

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
	['a cache is meant to be full', {info: memory(99, 100, 'allkeys-lru')}, 'info'],
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
