import {message, nameOf} from '../domain/message.js';
import {mebibyte} from '../domain/threshold.js';
import {bytes, milliseconds, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {aofOnFullDisk, isDiskFull, leftoverSteps} from './full-disk.js';
import {absent, hostFact, increase, infoNumber} from './needs.js';
import {hint, onHost} from './next-steps.js';
import {quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const gibibyte = 1024 ** 3;

/**
Resident bytes of the process below which the fork time per gigabyte is not evaluated. For so small a process, most of
the time is the fixed cost of a fork.
*/
const leastForForkRate = 0.1 * gibibyte;

export const perForkSlow = rule({
	id: 'per.fork_slow',
	scope: 'node',
	docs: {
		looksAt: 'A fork blocked the server for long. The rule reads `latest_fork_usec` whenever `total_forks` has risen.',
		since: '6.2',
		falsePositives: [
			'`latest_fork_usec` keeps its value until the next fork. The rule fires only after `total_forks` has risen.',
		],
	},
	thresholds: {
		warning: {
			value: 100,
			unit: 'milliseconds',
			source: 'every client waits; a good host forks 10 GB in 100 ms',
		},
		critical: {value: 1000, unit: 'milliseconds', source: 'clients time out'},
	},
	raiseAfter: 1,
	needs: {forks: increase('stats', 'total_forks'), took: infoNumber('stats', 'latest_fork_usec')},
	evaluate({forks, took}, facts, limits) {
		const tookMs = took / 1000;
		if (forks === 0 || tookMs < limits.warning) {
			return clear;
		}

		const resident = facts.number('memory', 'used_memory_rss') ?? 0;
		const perGigabyte = tookMs / (resident / gibibyte);
		return fires(tookMs >= limits.critical ? 'critical' : 'warning', {
			problem: `was blocked for ${milliseconds(tookMs)} by a fork`,
			effect: 'slow',
			evidence: [
				...infoEvidence(
					facts,
					['stats', 'latest_fork_usec'],
					['stats', 'total_forks', 'count'],
					['memory', 'used_memory_rss', 'bytes'],
				),
				...(resident > leastForForkRate
					? [{name: 'fork time per gigabyte', value: perGigabyte, unit: 'milliseconds' as const}]
					: []),
			],
			meaning:
				'Every client waits while the kernel copies the page table: about 10 ms a gigabyte on a good host, ten times that on some virtual ones.',
			next: [
				onHost('cat /sys/kernel/mm/transparent_hugepage/enabled'),
				hint('save at quiet times, on a replica, or split the data over more processes'),
			],
		});
	},
});

export const perCow = rule({
	id: 'per.cow',
	scope: 'node',
	docs: {
		looksAt:
			'Copy-on-write of a save takes much memory: `current_cow_peak` (since 7.0) of the running save, else `rdb_last_cow_size` of the last one.',
		since: '4.0',
		falsePositives: [
			'A small server copies a large share of little memory. The rule ignores copies below a minimum size.',
		],
	},
	thresholds: {
		share: {value: 0.5, unit: 'share', source: 'of resident memory, needed in addition to it'},
		bytes: {value: 100 * mebibyte, unit: 'bytes', source: 'less fits on any machine'},
	},
	raiseAfter: 1,
	needs: {
		copied: {
			read: facts =>
				facts.number('persistence', 'current_cow_peak') || facts.number('persistence', 'rdb_last_cow_size'),
			missing: () => absent('INFO persistence does not say what saves copy (Redis 4.0 does)'),
		},
		resident: infoNumber('memory', 'used_memory_rss'),
	},
	evaluate({copied, resident}, facts, limits) {
		const isMuch = copied > limits.bytes && copied > limits.share * resident;
		if (!isMuch) {
			return clear;
		}

		const isNow = (facts.number('persistence', 'current_cow_peak') ?? 0) > 0;
		return fires(isNow ? 'warning' : 'info', {
			problem: `${isNow ? 'running save has' : 'last save'} copied ${bytes(copied)} of memory`,
			detail: `${percent(copied / resident)} of its resident memory`,
			evidence: infoEvidence(
				facts,
				['persistence', 'current_cow_peak', 'bytes'],
				['persistence', 'rdb_last_cow_size', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
			),
			meaning: 'A memory page that is written during a save exists twice. The machine needs room for the copies.',
			next: [hint('save while there are few writes, or leave more memory of the machine free')],
		});
	},
});

/**
If the data fits this many times into the free space of the disk, the disk is not called full, whatever its used share.
*/
const amplyTimes = 10;

export const perDisk = rule({
	id: 'per.disk',
	scope: 'node',
	docs: {
		looksAt:
			'The disk of `dir` has too little room for another RDB file, measured by `used_memory`. The disk is known where the server runs on this machine.',
		since: 'any',
		falsePositives: [
			'A large disk can be nearly full and still hold many RDB files. The rule is clear while ten times `used_memory` is free.',
		],
	},
	thresholds: {
		times: {
			value: 1.2,
			unit: 'ratio',
			source: 'times used memory: a new RDB file needs room beside the old one until it is complete',
		},
		share: {value: 0.1, unit: 'share', source: 'of the disk; other programs write to it, too'},
	},
	needs: {
		used: infoNumber('memory', 'used_memory'),
		folder: hostFact(
			({folder}) => (folder?.freeBytes === undefined ? undefined : {...folder, freeBytes: folder.freeBytes}),
			'dir',
		),
	},
	evaluate({used, folder}, facts, limits) {
		const {freeBytes, totalBytes} = folder;
		const freeShare = totalBytes === undefined ? undefined : freeBytes / totalBytes;
		const isNearlyFull = totalBytes !== undefined && freeBytes < limits.share * totalBytes;
		const lacksRoom = freeBytes < limits.times * used;
		if (!lacksRoom && !(isNearlyFull && freeBytes < amplyTimes * used)) {
			return clear;
		}

		const path = quotedName('path', folder.path);
		return fires(lacksRoom && isNearlyFull ? 'critical' : 'warning', {
			problem: `has ${bytes(freeBytes)} free where it saves`,
			detail: `${bytes(used)} in memory`,
			evidence: [
				{name: 'dir', value: message`${nameOf('path', folder.path)}`},
				{name: 'free', value: freeBytes, unit: 'bytes'},
				...(freeShare === undefined ? [] : [{name: 'free share', value: freeShare, unit: 'share' as const}]),
				{name: 'used_memory', value: used, unit: 'bytes'},
			],
			meaning: `A new RDB file needs room beside the old one until it is complete: the next save may fail${freeShare === undefined ? '' : ` (${percent(freeShare)} of the disk free)`}.`,
			next:
				facts.number('persistence', 'aof_enabled') === 1 && isDiskFull(facts)
					? aofOnFullDisk(facts)
					: [
							...leftoverSteps(facts),
							onHost(message`df -h ${path}`),
							onHost(message`du -sh ${path}/*`),
							hint('free disk space before the next save'),
						],
		});
	},
});

export const forkAndDiskRules = [perForkSlow, perCow, perDisk] as const;
