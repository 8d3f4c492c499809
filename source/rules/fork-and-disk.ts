import {bytes, milliseconds, percent} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {absent, hostFact, increase, infoNumber} from './needs.js';
import {hint, onHost} from './next-steps.js';
import {quoted} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

export const perForkSlow = rule({
	id: 'per.fork_slow',
	scope: 'node',
	docs: {
		looksAt: 'A fork stopped the server: `latest_fork_usec`, looked at when `total_forks` rose.',
		since: "6.2 (before, one can't tell when the last one was)",
		falsePositives: [],
	},
	raiseAfter: 1,
	needs: {forks: increase('stats', 'total_forks'), took: infoNumber('stats', 'latest_fork_usec')},
	evaluate({forks, took}, facts) {
		const tookMs = took / 1000;
		if (forks === 0 || tookMs < facts.threshold('per.fork_slow.warning')) {
			return clear;
		}

		const gigabytes = (facts.number('memory', 'used_memory_rss') ?? 0) / 1024 ** 3;
		return fires(tookMs >= facts.threshold('per.fork_slow.critical') ? 'critical' : 'warning', {
			problem: `a fork stopped it for ${milliseconds(tookMs)}`,

			evidence: [
				...infoEvidence(
					facts,
					['stats', 'latest_fork_usec'],
					['stats', 'total_forks', 'count'],
					['memory', 'used_memory_rss', 'bytes'],
				),
				...(gigabytes > 0.1 ? [{name: 'a gigabyte', value: tookMs / gigabytes, unit: 'milliseconds' as const}] : []),
			],
			meaning:
				'Every client waits while the page table is copied: about 10 ms a gigabyte on a good host, ten times that on some virtual ones.',
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
			'Copies that a save makes are large: of the one that runs (`current_cow_peak`, 7.0), else of the last (4.0).',
		since: 'any',
		falsePositives: [],
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
	evaluate({copied, resident}, facts) {
		const isMuch = copied > facts.threshold('per.cow.bytes') && copied > facts.threshold('per.cow.share') * resident;
		if (!isMuch) {
			return clear;
		}

		const isNow = (facts.number('persistence', 'current_cow_peak') ?? 0) > 0;
		return fires(isNow ? 'warning' : 'info', {
			problem: `${isNow ? 'the save that runs has' : 'the last save'} copied ${bytes(copied)}, ${percent(copied / resident)} of its memory`,

			evidence: infoEvidence(
				facts,
				['persistence', 'current_cow_peak', 'bytes'],
				['persistence', 'rdb_last_cow_size', 'bytes'],
				['memory', 'used_memory_rss', 'bytes'],
			),
			meaning: 'Each page written during a save is held twice; the machine must have room for that.',
			next: [hint('save at a time of few writes, or leave more of the machine free')],
		});
	},
});

export const perDisk = rule({
	id: 'per.disk',
	scope: 'node',
	docs: {
		looksAt: 'The disk that is saved to has no room for a dump. Only where the server runs on this machine.',
		since: 'any',
		falsePositives: [],
	},
	needs: {
		used: infoNumber('memory', 'used_memory'),
		folder: hostFact(
			({folder}) => (folder?.freeBytes === undefined ? undefined : {...folder, freeBytes: folder.freeBytes}),
			'dir',
		),
	},
	evaluate({used, folder}, facts) {
		const {freeBytes, totalBytes} = folder;
		const isTight = totalBytes !== undefined && freeBytes < facts.threshold('per.disk.share') * totalBytes;
		const lacksRoom = freeBytes < facts.threshold('per.disk.times') * used;
		if (!lacksRoom && !(isTight && freeBytes < 10 * used)) {
			return clear;
		}

		return fires(lacksRoom && isTight ? 'critical' : 'warning', {
			problem: `${bytes(freeBytes)} free where it saves, ${bytes(used)} in memory`,

			evidence: [
				{name: 'dir', value: folder.path},
				{name: 'free', value: freeBytes, unit: 'bytes'},
				...(totalBytes === undefined
					? []
					: [{name: 'free share', value: freeBytes / totalBytes, unit: 'share' as const}]),
				{name: 'used_memory', value: used, unit: 'bytes'},
			],
			meaning: `A dump stands beside the old one until it is whole: the next save may fail${totalBytes === undefined ? '' : ` (${percent(freeBytes / totalBytes)} of the disk free)`}.`,
			next: [
				onHost(`df -h ${quoted(folder.path)}`),
				onHost(`du -sh ${quoted(folder.path)}/*`),
				hint('free space before the next save'),
			],
		});
	},
});

export const forkAndDiskRules = [perForkSlow, perCow, perDisk] as const;
