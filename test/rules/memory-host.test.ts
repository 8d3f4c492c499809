import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {statementMessage} from '../../source/domain/statement.js';
import {memForkRoom, memRssGap, memSwap, memSystem} from '../../source/rules/memory-host.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {emptyKernel, type FactsParts, testRule} from '../harness/rule-cases.js';

const mega = 1024 * 1024;

const fields = (values: Sections[string]): Sections => ({memory: values});

const machine = (rss: number): Sections => fields({used_memory_rss: rss, total_system_memory: 100});

testRule(memSystem, [
	['half of the machine', {info: machine(50)}, 'clear'],
	['most of the machine', {info: machine(85)}, 'warning', /^holds 85% of the machine's memory, 85B of 100B$/],
	['nearly all of the machine', {info: machine(95)}, 'critical'],
	[
		'nearly all of the container',
		{info: machine(10), host: {cgroup: {limitBytes: 11, usedBytes: 10, oomKills: 0}}},
		'critical',
		/container/,
	],
	['no total_system_memory in INFO', {info: fields({used_memory_rss: 5})}, 'absent'],
]);

test('mem.system: without maxmemory it is to be set, and never lowered', () => {
	const steps = (maxmemory: number) => {
		const info = fields({used_memory_rss: 85, total_system_memory: 100, maxmemory});
		return JSON.stringify(firingOf(memSystem, {info}).next);
	};
	assert.match(steps(0), /set maxmemory well below 100B/);
	assert.doesNotMatch(steps(0), /lower maxmemory/);
	assert.match(steps(90), /lower maxmemory/);
});

const gap = (ratio: number, bytes: number, rest: Sections[string] = {}): Sections =>
	fields({mem_fragmentation_ratio: ratio, mem_fragmentation_bytes: bytes, used_memory: 500 * mega, ...rest});

testRule(memRssGap, [
	['little', {info: gap(1.1, 50 * mega)}, 'clear'],
	['some', {info: gap(1.5, 50 * mega)}, 'info'],
	['much', {info: gap(1.5, 250 * mega)}, 'warning', /^holds 250M more memory than it uses, ratio 1\.50$/],
	[
		'much, mostly free pages',
		{info: gap(1.5, 250 * mega, {allocator_rss_bytes: 200 * mega})},
		'warning',
		/its allocator keeps 200M of free pages$/,
	],
	[
		'much, mostly half-empty pages',
		{info: gap(1.5, 250 * mega, {allocator_frag_bytes: 200 * mega})},
		'warning',
		/200M are fragmentation of pages in use$/,
	],
	['much, but freed lately', {info: gap(1.5, 250 * mega, {used_memory_peak: 900 * mega})}, 'clear'],
	['much, but a save runs', {info: {...gap(1.5, 250 * mega), persistence: {rdb_bgsave_in_progress: 1}}}, 'clear'],
	['the engine of scripts has it', {info: gap(1.5, 250 * mega, {used_memory_vm_total: 220 * mega})}, 'clear'],
	['the engine has it, before 7.0', {info: gap(1.5, 250 * mega, {used_memory_lua: 220 * mega})}, 'clear'],
	[
		'the engine of scripts has some of it',
		{info: gap(2, 500 * mega, {used_memory_vm_total: 200 * mega})},
		'warning',
		/^holds 300M more memory than it uses, ratio 1\.60$/,
	],
	['before Redis 5.0', {info: fields({used_memory: 5})}, 'absent'],
]);

const stepsOf = (rest: Sections[string]): string =>
	firingOf(memRssGap, {info: gap(1.5, 250 * mega, rest)})
		.next.map(({text}) => messageText(text))
		.join('\n');

test('MEMORY PURGE is offered where the allocator keeps free pages, and nowhere else', () => {
	const kept = {mem_allocator: 'jemalloc-5.3.0', allocator_rss_bytes: 200 * mega, allocator_frag_bytes: 20 * mega};
	assert.equal(firingOf(memRssGap, {info: gap(1.5, 250 * mega, kept)}).action, 'memory-purge');
	assert.match(stepsOf(kept), /MEMORY PURGE gives about 200M back/);
	assert.doesNotMatch(stepsOf(kept), /activedefrag/);

	const inUse = {mem_allocator: 'jemalloc-5.3.0', allocator_rss_bytes: 8 * mega, allocator_frag_bytes: 200 * mega};
	assert.equal(firingOf(memRssGap, {info: gap(1.5, 250 * mega, inUse)}).action, undefined);
	assert.match(stepsOf(inUse), /CONFIG SET activedefrag yes/);
	assert.doesNotMatch(stepsOf(inUse), /PURGE/);

	// INFO counts all resident memory of other allocators as kept by them, and MEMORY PURGE replies OK and frees nothing.
	const libc = {mem_allocator: 'libc', allocator_rss_bytes: 250 * mega, allocator_frag_bytes: 0};
	assert.equal(firingOf(memRssGap, {info: gap(1.5, 250 * mega, libc)}).action, undefined);
	assert.match(stepsOf(libc), /^a restart loads the data compactly: save first/);
});

test('a primary with a replica is restarted after a failover', () => {
	const info = {...gap(1.5, 250 * mega, {mem_allocator: 'libc'}), replication: {role: 'master', connected_slaves: 1}};
	const {next} = firingOf(memRssGap, {info});
	assert.match(String(next[0]?.text), /fail over to a replica first/);
});

const resident = (used: number, rss: number): Sections =>
	fields({used_memory: used * mega, used_memory_rss: rss * mega});

const swapped = (swappedBytes: number) => ({swappedBytes}) as ProcessEvidence;

testRule(memSwap, [
	['all memory is resident', {info: resident(100, 104)}, 'clear'],
	[
		'a fifth is not resident',
		{info: resident(100, 80)},
		'warning',
		/^may have 20\.0M of its memory in swap, 20% of used memory is not resident$/,
	],
	['INFO could not read the resident memory', {info: resident(140, 0)}, 'absent'],
	[
		'INFO could not read it, and the kernel knows of swap',
		{info: resident(140, 0), host: {process: swapped(30 * mega)}},
		'critical',
		/^has 30\.0M of its memory in swap$/,
	],
	['few bytes of a small server', {info: resident(10, 5)}, 'clear'],
	['not resident, but the kernel knows of no swap', {info: resident(100, 80), host: {process: swapped(0)}}, 'clear'],
	[
		'the kernel knows of swap',
		{info: resident(100, 104), host: {process: swapped(30 * mega)}},
		'critical',
		/^has 30\.0M of its memory in swap$/,
	],
	[
		'the kernel knows of swap, and another process takes the memory',
		{
			info: resident(100, 104),
			host: {
				process: swapped(30 * mega),
				largest: {processName: 'java', processId: 4711, residentBytes: 6e9},
				kernel: {...emptyKernel, totalMemoryBytes: 1e10},
			},
		},
		'critical',
		/^has 30\.0M of its memory in swap: java \(process 4711\) takes 5\.59G$/,
	],
	[
		'the kernel knows of swap, and the group of the server is full',
		{
			info: resident(126, 80),
			host: {process: swapped(60 * mega), cgroup: {limitBytes: 70 * mega, usedBytes: 69.9 * mega, oomKills: 0}},
		},
		'critical',
		/^has 60\.0M of its memory in swap: its control group has only 70\.0M$/,
	],
	[
		'the kernel knows of swap, and the group of the server has room',
		{
			info: resident(126, 80),
			host: {process: swapped(60 * mega), cgroup: {limitBytes: 200 * mega, usedBytes: 80 * mega, oomKills: 0}},
		},
		'critical',
		/^has 60\.0M of its memory in swap$/,
	],
	['no used_memory_rss in INFO', {info: fields({used_memory: 5})}, 'absent'],
]);

const kernel = (availableMemoryBytes: number, overcommitMemory: number): NonNullable<FactsParts['host']> => ({
	kernel: {...emptyKernel, availableMemoryBytes, overcommitMemory},
});

testRule(memForkRoom, [
	['room for a fork', {info: machine(100), host: kernel(500, 0)}, 'clear'],
	[
		'the kernel may refuse a fork',
		{info: machine(100), host: kernel(50, 0)},
		'warning',
		/^may fail to fork for a save: 100B are resident, 50B are free$/,
	],
	['the kernel never refuses a fork', {info: machine(100), host: kernel(50, 1)}, 'clear'],
	[
		'no room for the copied pages',
		{info: machine(100), host: kernel(10, 1)},
		'warning',
		/^may run out of memory during a save/,
	],
	[
		'no room for as many pages as the last save copied',
		{info: {...machine(100), persistence: {rdb_last_cow_size: 80}}, host: kernel(50, 1)},
		'warning',
	],
	['the server runs on another machine', {info: machine(100)}, 'unseen'],
]);

test('mem.swap: what the kernel says is certain, what INFO shows is not', () => {
	assert.equal(firingOf(memSwap, {info: resident(100, 80), host: {process: swapped(30 * mega)}}).isCertain, true);
	assert.equal(firingOf(memSwap, {info: resident(100, 80)}).isCertain, undefined);
});

test('mem.swap: a server without maxmemory is not told to lower it, and a full group gets room first', () => {
	const steps = (maxmemory: number, usedBytes: number) => {
		const {memory = {}} = resident(126, 80);
		const cgroup = {limitBytes: 70 * mega, usedBytes, oomKills: 0};
		return firingOf(memSwap, {
			info: fields({...memory, maxmemory}),
			host: {process: swapped(60 * mega), cgroup},
		}).next.map(({text}) => messageText(text));
	};
	const [first, ...others] = steps(0, 70 * mega);
	assert.equal(first, 'raise the memory limit of its control group above 126M: it uses as much');
	assert.ok(others.includes('or free memory: delete or move keys, then set a maxmemory that it has room for'));
	assert.ok(steps(0, mega).every(step => !/lower maxmemory|control group/.test(step)));
	assert.ok(steps(mega, mega).some(step => step.includes('lower maxmemory')));
});

test('mem.system: more than the whole limit is all of it, and no maxmemory below the data is advised', () => {
	const cgroup = {limitBytes: 70, usedBytes: 70, oomKills: 0};
	const full = firingOf(memSystem, {
		info: fields({used_memory: 126, used_memory_rss: 81, total_system_memory: 1000, maxmemory: 0}),
		host: {cgroup},
	});
	assert.equal(messageText(statementMessage(full)), "holds all of the container's limit, limit 70B");
	assert.doesNotMatch(JSON.stringify(full.next), /set maxmemory/);
});
