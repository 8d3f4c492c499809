import type {Evidence} from '../domain/finding.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, percent} from '../text/units.js';
import {compactingSteps, purgeableBytes, usesJemalloc} from './allocator.js';
import {memoryHogOf} from './busy-program.js';
import {infoEvidence} from './evidence.js';
import {machineMemory} from './limit-facts.js';
import {memFrag} from './memory-overhead.js';
import {infoNumber, kernelFact} from './needs.js';
import {hint, onHost, processIdFor, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const memSystem = rule({
	id: 'mem.system',
	scope: 'node',
	docs: {
		looksAt: 'The rule computes which share of `total_system_memory` the process holds: `used_memory_rss`.',
		since: '3.2',
		falsePositives: [
			"In a container `total_system_memory` is the machine's. Where redis-top can read the container's limit, that limit counts instead.",
		],
	},
	thresholds: {
		warning: {value: 0.8, unit: 'share', source: 'awesome-prometheus-alerts'},
		critical: {value: 0.9, unit: 'share', source: 'awesome-prometheus-alerts, redis-mixin'},
	},
	needs: {resident: infoNumber('memory', 'used_memory_rss'), total: infoNumber('memory', 'total_system_memory')},
	evaluate({resident}, facts, limits) {
		const machine = machineMemory(facts);
		const share = machine === undefined ? 0 : resident / machine.bytes;
		if (machine === undefined || share < limits.warning) {
			return clear;
		}

		return fires(share >= limits.critical ? 'critical' : 'warning', {
			// Pages that several groups share may be charged to another one, so a process may hold more than its limit.
			problem: share > 1 ? `holds all of ${machine.name}` : `holds ${percent(share)} of ${machine.name}`,
			detail: share > 1 ? `limit ${bytes(machine.bytes)}` : `${bytes(resident)} of ${bytes(machine.bytes)}`,
			evidence: [
				...infoEvidence(facts, ['memory', 'used_memory_rss', 'bytes'], ['memory', 'total_system_memory', 'bytes']),
				{name: 'limit', value: machine.bytes, unit: 'bytes'},
			],
			meaning: 'When memory runs out, the kernel kills a process. A save has no room for the pages that it copies.',
			next: [
				onHost('free -m; ps aux --sort=-rss | head'),
				hint(
					facts.number('memory', 'maxmemory') === 0
						? (facts.number('memory', 'used_memory') ?? 0) > machine.bytes
							? 'raise the limit, or move data first: a maxmemory below the data evicts keys or refuses writes at once'
							: `set maxmemory well below ${bytes(machine.bytes)}: by its policy the server then evicts keys or refuses writes`
						: 'lower maxmemory, move data, or give the machine more',
				),
			],
			action: 'set-maxmemory',
		});
	},
});

/**
Ratio of peak memory to used memory above which the server has freed much memory. The freed memory then explains the
gap, so the rule does not fire.
*/
const freedRatio = 1.5;

export const memRssGap = rule({
	id: 'mem.rss_gap',
	scope: 'node',
	docs: {
		looksAt:
			'The rule measures memory that the process holds and does not use. It fires where `mem_fragmentation_ratio` and `mem_fragmentation_bytes` are both over their threshold.',
		since: '5.0',
		falsePositives: [
			'After a large deletion the allocator keeps pages for a while. The rule is clear while `used_memory_peak` is over 1.5 times `used_memory`.',
			'The engines of scripts and functions take memory beside `used_memory` (`used_memory_vm_total`, `used_memory_lua`). It does not count.',
			'During a fork the copied pages are counted too. The rule is clear while an RDB save or an AOF rewrite runs.',
		],
	},
	thresholds: {
		ratio: {value: 1.4, unit: 'ratio', source: 'MEMORY DOCTOR'},
		bytes: {value: 10 * mebibyte, unit: 'bytes', source: 'MEMORY DOCTOR'},
		kept: {
			value: 0.25,
			unit: 'share',
			source: 'of that memory is free pages of the allocator; MEMORY PURGE frees nothing else, so less hardly helps',
		},
	},
	raiseAfter: 5,
	needs: {
		measuredRatio: infoNumber('memory', 'mem_fragmentation_ratio'),
		measuredGap: infoNumber('memory', 'mem_fragmentation_bytes'),
		used: infoNumber('memory', 'used_memory'),
	},
	evaluate({measuredRatio, measuredGap, used}, facts, limits) {
		// The engines of scripts and functions take memory that `used_memory` leaves out. It is in use all the same.
		const engines = facts.number('memory', 'used_memory_vm_total') ?? facts.number('memory', 'used_memory_lua') ?? 0;
		const gap = measuredGap - engines;
		const ratio = measuredRatio - engines / Math.max(1, used);
		const peak = facts.number('memory', 'used_memory_peak') ?? used;
		const isForked =
			facts.number('persistence', 'rdb_bgsave_in_progress') === 1 ||
			facts.number('persistence', 'aof_rewrite_in_progress') === 1;
		const isGap = ratio > limits.ratio && gap > limits.bytes && peak <= freedRatio * used && !isForked;
		if (!isGap) {
			return clear;
		}

		const kept = purgeableBytes(facts);
		const fragmented = usesJemalloc(facts) ? (facts.number('memory', 'allocator_frag_bytes') ?? 0) : 0;
		const isPurgeable = kept > limits.bytes && kept >= limits.kept * gap;
		return fires(gap > facts.limitsOf(memFrag).warning ? 'warning' : 'info', {
			problem: `holds ${bytes(gap)} more memory than it uses`,
			detail: `ratio ${ratio.toFixed(2)}`,
			reason: gapReason(gap, isPurgeable ? kept : 0, fragmented),
			evidence: infoEvidence(
				facts,
				['memory', 'mem_fragmentation_ratio'],
				['memory', 'mem_fragmentation_bytes', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
				['memory', 'allocator_rss_bytes', 'bytes'],
				['memory', 'allocator_frag_bytes', 'bytes'],
				['memory', 'rss_overhead_bytes', 'bytes'],
				['memory', 'mem_allocator'],
			),
			meaning:
				'Freed memory was not given back to the machine, pages in use are half empty, or huge pages and the copies of a fork hold it.',
			next: [
				...(isPurgeable
					? [redisCli(facts, 'MEMORY PURGE'), hint(`MEMORY PURGE gives about ${bytes(kept)} back to the machine`)]
					: []),
				...(isPurgeable && fragmented < gap / 2 ? [] : compactingSteps(facts)),
			],
			action: isPurgeable ? 'memory-purge' : undefined,
		});
	},
});

/** Which part of the memory that is held and not used is the largest; undefined where INFO does not tell. */
function gapReason(gap: number, kept: number, fragmented: number): string | undefined {
	if (kept > 0 && kept >= fragmented) {
		return `its allocator keeps ${bytes(kept)} of free pages`;
	}

	return fragmented >= gap / 2 ? `${bytes(fragmented)} are fragmentation of pages in use` : undefined;
}

const infoResident = infoNumber('memory', 'used_memory_rss');

/** Swapped bytes of the process (`VmSwap`); undefined if this machine does not show the process. */
const swappedBytes = ({record: {host}}: NodeFacts): number | undefined =>
	host?.value.kind === 'here' ? host.value.process?.swappedBytes : undefined;

/** Share of its memory limit from which the control group of the server makes the kernel move pages to swap. */
const fullGroupShare = 0.95;

/** The memory limit of the server's control group, if the group is full; undefined if it is not, or is not known. */
function fullGroupLimit({record: {host}}: NodeFacts): number | undefined {
	const {limitBytes, usedBytes} = (host?.value.kind === 'here' ? host.value.cgroup : undefined) ?? {};
	return limitBytes !== undefined && usedBytes !== undefined && usedBytes >= fullGroupShare * limitBytes
		? limitBytes
		: undefined;
}

export const memSwap = rule({
	id: 'mem.swap',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `used_memory_rss` is below `used_memory`. Where the server runs on this machine, `VmSwap` of its process counts instead.',
		since: '2.4',
		falsePositives: [
			'Memory that was allocated and never touched is not resident either. The rule fires at ten megabytes, after ten seconds.',
			'`VmSwap` is exact. Where redis-top can read it, the finding comes at once, and the difference in INFO is ignored. Elsewhere the finding is a possibility, and a warning at most.',
		],
	},
	thresholds: {
		share: {
			value: 0.9,
			unit: 'share',
			source: 'Redis documentation, INFO: resident below used memory is swapped',
		},
		bytes: {value: 10 * mebibyte, unit: 'bytes', source: 'less may be pages that were never touched'},
	},
	raiseAfterMs: 10_000,
	countsAtOnce: true,
	needs: {
		used: infoNumber('memory', 'used_memory'),
		resident: {
			// If the kernel shows the swapped bytes of the process, the rule does not need the resident bytes. NaN then
			// stands for them.
			read: facts => infoResident.read(facts) ?? (swappedBytes(facts) === undefined ? undefined : Number.NaN),
			missing: infoResident.missing,
		},
	},
	evaluate({used, resident}, facts, limits) {
		const known = swappedBytes(facts);
		const floor = limits.bytes;
		const missing = used - resident;
		const isSwapped = known === undefined ? resident < limits.share * used && missing > floor : known > floor;
		if (!isSwapped) {
			return clear;
		}

		const evidence: Evidence[] = [
			...infoEvidence(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'used_memory_rss', 'bytes']),
			...(known === undefined ? [] : [{name: 'VmSwap', value: known, unit: 'bytes' as const}]),
		];
		if (known === undefined) {
			return fires('warning', {
				problem: `may have ${bytes(missing)} of its memory in swap`,
				detail: `${percent(missing / used)} of used memory is not resident`,
				evidence,
				meaning:
					'That memory is swapped out, or was allocated and never touched. Every access to swapped memory waits for a disk.',
				next: [
					onHost(`grep VmSwap /proc/${processIdFor(facts)}/status`),
					hint('0 kB: nothing is swapped. Else free memory on its machine, or lower maxmemory'),
				],
			});
		}

		const hog = memoryHogOf(facts);
		const limit = fullGroupLimit(facts);
		const isUnlimited = facts.number('memory', 'maxmemory') === 0;
		return fires('critical', {
			problem: `has ${bytes(known)} of its memory in swap`,
			reason: limit === undefined ? hog?.takes : `its control group has only ${bytes(limit)}`,
			// The kernel's figure is exact, and needs no second look.
			isCertain: true,
			effect: 'slow',
			evidence,
			meaning: 'Every access to swapped memory waits for a disk, and all clients wait with it.',
			next: [
				...(limit === undefined
					? (hog?.next ?? [])
					: [hint(`raise the memory limit of its control group above ${bytes(used)}: it uses as much`)]),
				onHost('free -m; vmstat 1 5'),
				hint(
					`${limit === undefined ? 'free memory on the machine' : 'or free memory: delete or move keys'}, ${isUnlimited ? 'then set a maxmemory that it has room for' : 'lower maxmemory'}${limit === undefined ? ', or move other programs away' : ''}`,
				),
				onHost('sysctl vm.swappiness'),
			],
		});
	},
});

export const memForkRoom = rule({
	id: 'mem.fork_room',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `MemAvailable` of the machine is enough for the next fork. The server has to run on the machine of redis-top.',
		since: 'any',
		falsePositives: [
			'With `vm.overcommit_memory = 1` the kernel never refuses a fork. Only memory for copied pages counts then.',
			'A server with few writes copies few pages during a save. The rule counts the last `rdb_last_cow_size` or `aof_last_cow_size`, and at least a fifth of resident memory.',
		],
	},
	thresholds: {
		cow: {
			value: 0.2,
			unit: 'share',
			source: 'of the resident memory is copied at least while a busy server saves',
		},
	},
	needs: {
		resident: infoNumber('memory', 'used_memory_rss'),
		available: kernelFact(kernel => kernel.availableMemoryBytes, 'memory of the machine'),
		overcommit: kernelFact(kernel => kernel.overcommitMemory, 'vm.overcommit_memory'),
	},
	evaluate({resident, available, overcommit}, facts, limits) {
		const lastCopy = Math.max(
			facts.number('persistence', 'rdb_last_cow_size') ?? 0,
			facts.number('persistence', 'aof_last_cow_size') ?? 0,
		);
		const copies = Math.max(lastCopy, resident * limits.cow);
		const mayBeRefused = overcommit !== 1 && resident > available;
		if (!mayBeRefused && copies <= available) {
			return clear;
		}

		return fires('warning', {
			problem: mayBeRefused ? 'may fail to fork for a save' : 'may run out of memory during a save',
			reason: mayBeRefused
				? `${bytes(resident)} are resident, ${bytes(available)} are free`
				: `copied pages need about ${bytes(copies)}, ${bytes(available)} are free`,
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
