import assert from 'node:assert/strict';
import {test} from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {
	memDefrag,
	memFrag,
	memLazyfree,
	memOverhead,
	memRehash,
	memScripts,
} from '../../source/rules/memory-overhead.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {testRule} from '../harness/rule-cases.js';

const mega = 1024 * 1024;

const fields = (values: Sections[string]): Sections => ({memory: values});

const frag = (ratio: number, bytes: number, used = 50 * mega): Sections =>
	fields({allocator_frag_ratio: ratio, allocator_frag_bytes: bytes, used_memory: used});

testRule(memFrag, [
	['little fragmentation', {info: frag(1.05, 20 * mega)}, 'clear'],
	['a high ratio of few bytes', {info: frag(3, 2 * mega)}, 'clear'],
	['an idle server of a megabyte', {info: frag(8, 20 * mega, mega)}, 'clear'],
	[
		'20 MB of fragmentation',
		{info: frag(1.5, 20 * mega)},
		'info',
		/^wastes 20\.0M by memory fragmentation, ratio 1\.50$/,
	],
	['300 MB of fragmentation', {info: frag(1.5, 300 * mega)}, 'warning'],
	['an allocator other than jemalloc', {info: fields({used_memory: 5})}, 'absent'],
]);

test('fragmentation is compacted, not purged', () => {
	const {action, next} = firingOf(memFrag, {info: frag(1.5, 300 * mega)});
	assert.equal(action, undefined);
	assert.match(String(next.map(({text}) => messageText(text))), /CONFIG SET activedefrag yes.*\(DISABLED\)/);
	const running = firingOf(memFrag, {
		info: fields({...frag(1.5, 300 * mega).memory, active_defrag_running: 12}),
	});
	assert.match(messageText(running.next[0]?.text ?? ''), /compacts its memory now/);
});

testRule(memDefrag, [
	['does not run', {info: fields({active_defrag_running: 0})}, 'clear'],
	['runs at 40 % of a core', {info: fields({active_defrag_running: 40})}, 'info', /^spends 40% of a core/],
	['before Redis 4.0', {info: fields({})}, 'absent'],
]);

const lazy = (count: number) => fields({lazyfree_pending_objects: count});

testRule(memLazyfree, [
	['none waits', {info: lazy(0), earlier: lazy(0)}, 'clear'],
	['many wait, but fewer than before', {info: lazy(20_000), earlier: lazy(30_000)}, 'clear'],
	[
		'many wait, and more than before',
		{info: lazy(30_000), earlier: lazy(20_000)},
		'warning',
		/^has 30\.0k deleted values waiting to be freed, 10\.0k more /,
	],
	['the first sample', {info: lazy(30_000)}, 'pending'],
]);

testRule(memOverhead, [
	['little overhead', {info: fields({used_memory_overhead: 10 * mega, used_memory: 200 * mega})}, 'clear'],
	[
		'most of used memory is overhead',
		{info: fields({used_memory_overhead: 150 * mega, used_memory: 200 * mega})},
		'info',
	],
	['an empty server, which is all overhead', {info: fields({used_memory_overhead: mega, used_memory: mega})}, 'clear'],
	['before Redis 4.0', {info: fields({used_memory: 5})}, 'absent'],
]);

testRule(memRehash, [
	['no rehashing', {info: fields({mem_overhead_db_hashtable_rehashing: 0, used_memory: 100 * mega})}, 'clear'],
	[
		'a large table is rehashed',
		{info: fields({mem_overhead_db_hashtable_rehashing: 20 * mega, used_memory: 100 * mega})},
		'info',
	],
	[
		'a small table is rehashed',
		{info: fields({mem_overhead_db_hashtable_rehashing: mega, used_memory: 2 * mega})},
		'clear',
	],
	['before Redis 7.4', {info: fields({used_memory: 5})}, 'absent'],
]);

testRule(memScripts, [
	['a few scripts', {info: fields({number_of_cached_scripts: 12})}, 'clear'],
	[
		'thousands of scripts',
		{info: fields({number_of_cached_scripts: 4000})},
		'warning',
		/^keeps 4\.00k scripts in its cache, 0B of engine memory$/,
	],
	[
		'thousands of scripts, with what they take of maxmemory',
		{info: fields({number_of_cached_scripts: 4000, used_memory_scripts_eval: 5 * mega})},
		'warning',
		/, 0B of engine memory, [45]\.\d*M of used memory$/,
	],
	['a few large scripts', {info: fields({number_of_cached_scripts: 12, used_memory_vm_total: 200 * mega})}, 'warning'],
	[
		'some scripts were evicted',
		{
			info: {memory: {number_of_cached_scripts: 500}, stats: {evicted_scripts: 9}},
			earlier: {stats: {evicted_scripts: 1}},
		},
		'warning',
	],
	['before Redis 5.0', {info: fields({})}, 'absent'],
]);
