import {bytes, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {machineMemory} from './memory-limit.js';
import {infoNumber, kernelFact} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const memSystem = rule({
	id: 'mem.system',
	scope: 'node',
	docs: {
		looksAt: "The server holds most of its machine's memory.",
		since: '3.2',
		falsePositives: [
			"In a container `total_system_memory` is the machine's: the container's limit counts where it can be seen.",
		],
	},
	needs: {resident: infoNumber('memory', 'used_memory_rss'), total: infoNumber('memory', 'total_system_memory')},
	evaluate({resident}, facts) {
		const machine = machineMemory(facts);
		const share = machine === undefined ? 0 : resident / machine.bytes;
		if (machine === undefined || share < facts.threshold('mem.system.warning')) {
			return clear;
		}

		return fires(share >= facts.threshold('mem.system.critical') ? 'critical' : 'warning', {
			problem: `holds ${percent(share)} of ${machine.name} (${bytes(machine.bytes)})`,

			evidence: [
				...infoEvidence(facts, ['memory', 'used_memory_rss', 'bytes'], ['memory', 'total_system_memory', 'bytes']),
				{name: 'limit', value: machine.bytes, unit: 'bytes'},
			],
			meaning: 'The kernel is about to kill a process for want of memory, and a save has no room for its copies.',
			next: [
				onHost('free -m; ps aux --sort=-rss | head'),
				hint('lower maxmemory, move data, or give the machine more'),
			],
			action: 'set-maxmemory',
		});
	},
});

/** A peak so far above what is used now has just been freed. */
const freedTimes = 1.5;

export const memRssGap = rule({
	id: 'mem.rss_gap',
	scope: 'node',
	docs: {
		looksAt: 'The process holds far more memory than is used: freed and not given back. Since 2.8 (bytes: 5.0).',
		since: 'any',
		falsePositives: [
			'After a large deletion the allocator keeps pages for a while: not while the peak was half as much again.',
			'During a fork copies are counted, too.',
		],
	},
	raiseAfter: 5,
	needs: {
		ratio: infoNumber('memory', 'mem_fragmentation_ratio'),
		gap: infoNumber('memory', 'mem_fragmentation_bytes'),
		used: infoNumber('memory', 'used_memory'),
	},
	evaluate({ratio, gap, used}, facts) {
		const peak = facts.number('memory', 'used_memory_peak') ?? used;
		const isForked =
			facts.number('persistence', 'rdb_bgsave_in_progress') === 1 ||
			facts.number('persistence', 'aof_rewrite_in_progress') === 1;
		const isGap =
			ratio > facts.threshold('mem.rss_gap.ratio') &&
			gap > facts.threshold('mem.rss_gap.bytes') &&
			peak <= freedTimes * used &&
			!isForked;
		if (!isGap) {
			return clear;
		}

		return fires(gap > facts.threshold('mem.frag.warning') ? 'warning' : 'info', {
			problem: `holds ${bytes(gap)} more than it uses, ratio ${ratio.toFixed(2)}`,

			evidence: infoEvidence(
				facts,
				['memory', 'mem_fragmentation_ratio'],
				['memory', 'mem_fragmentation_bytes', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
				['memory', 'allocator_rss_ratio'],
				['memory', 'allocator_rss_bytes', 'bytes'],
			),
			meaning: 'Memory that was freed has not gone back to the machine, or huge pages and copies of a fork hold it.',
			next: [
				redisCli(facts, 'MEMORY PURGE'),
				hint('helps when allocator_rss_bytes is most of it; else look at huge pages and at mem.frag'),
			],
			action: 'memory-purge',
		});
	},
});

export const memSwap = rule({
	id: 'mem.swap',
	scope: 'node',
	docs: {
		looksAt:
			'A part of the server lies in swap: resident memory below used memory, or what the kernel says of the process where it runs here.',
		since: '2.8',
		falsePositives: [
			'Memory that was just allocated and never touched looks the same: not less than ten megabytes, for ten seconds.',
			'Where the kernel can be asked, its word counts alone.',
		],
	},
	raiseAfterMs: 10_000,
	countsAtOnce: true,
	needs: {used: infoNumber('memory', 'used_memory'), resident: infoNumber('memory', 'used_memory_rss')},
	evaluate({used, resident}, facts) {
		const evidence = facts.record.host?.value;
		const known = evidence?.kind === 'here' ? evidence.process?.swappedBytes : undefined;
		const floor = facts.threshold('mem.swap.bytes');
		const missing = used - resident;
		const isSwapped =
			known === undefined ? resident < facts.threshold('mem.swap.share') * used && missing > floor : known > floor;
		if (!isSwapped) {
			return clear;
		}

		const title =
			known === undefined
				? `${bytes(missing)} (${percent(missing / used)}) of its memory is not resident: swapped out`
				: `${bytes(known)} of it lies in swap`;
		return fires('critical', {
			problem: title,

			evidence: [
				...infoEvidence(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'used_memory_rss', 'bytes']),
				...(known === undefined ? [] : [{name: 'VmSwap', value: known, unit: 'bytes' as const}]),
			],
			meaning: 'Every access to what was swapped out waits for a disk, and all clients wait with it.',
			next: [
				onHost('free -m; vmstat 1 5'),
				hint('free memory on the machine, lower maxmemory, or move what else runs there'),
				onHost('sysctl vm.swappiness'),
			],
		});
	},
});

export const memForkRoom = rule({
	id: 'mem.fork_room',
	scope: 'node',
	docs: {
		looksAt: 'A save may not find the memory it needs. Since 4.0; only where the server runs on this machine.',
		since: 'any',
		falsePositives: [
			'With `vm.overcommit_memory` 0 the kernel may refuse a fork of a process larger than what is free; with 1 it never does.',
			'What a fork copies is taken from the last one, at least a fifth.',
		],
	},
	needs: {
		resident: infoNumber('memory', 'used_memory_rss'),
		available: kernelFact(kernel => kernel.availableMemoryBytes, 'memory of the machine'),
		overcommit: kernelFact(kernel => kernel.overcommitMemory, 'vm.overcommit_memory'),
	},
	evaluate({resident, available, overcommit}, facts) {
		const lastCopy = Math.max(
			facts.number('persistence', 'rdb_last_cow_size') ?? 0,
			facts.number('persistence', 'aof_last_cow_size') ?? 0,
		);
		const copies = Math.max(lastCopy, resident * facts.threshold('mem.fork_room.cow'));
		const isRefused = overcommit !== 1 && resident > available;
		if (!isRefused && copies <= available) {
			return clear;
		}

		return fires('warning', {
			problem: isRefused
				? `a fork may be refused: ${bytes(resident)} resident, ${bytes(available)} free`
				: `a save needs about ${bytes(copies)} for its copies, ${bytes(available)} are free`,

			evidence: [
				...infoEvidence(facts, ['memory', 'used_memory_rss', 'bytes'], ['persistence', 'rdb_last_cow_size', 'bytes']),
				{name: 'available memory', value: available, unit: 'bytes'},
				{name: 'vm.overcommit_memory', value: overcommit},
			],
			meaning: 'The next BGSAVE or AOF rewrite fails ("fork: Cannot allocate memory"), or the kernel kills a process.',
			next: [onHost('sysctl vm.overcommit_memory=1'), hint('free memory, or save at a time of few writes')],
		});
	},
});

export const memoryHostRules = [memSystem, memRssGap, memSwap, memForkRoom] as const;
