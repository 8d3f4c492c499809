import {bytes, percent} from '../text/units.js';
import {field, hostFact} from './needs.js';
import {onHost, words} from './next-steps.js';
import {quoted} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** The disk that is saved to has no room for a dump. Only where the server runs on this machine. */
export const perDisk = nodeRule({
	id: 'per.disk',
	needs: {
		used: field('memory', 'used_memory'),
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

		return fires(
			lacksRoom && isTight ? 'critical' : 'warning',
			`${bytes(freeBytes)} free where it saves, ${bytes(used)} in memory`,
			{
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
					words('free space before the next save'),
				],
				action: null,
			},
		);
	},
});
