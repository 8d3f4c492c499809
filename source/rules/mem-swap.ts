import {bytes, percent} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A part of the server lies in swap: resident memory below used memory, or what the kernel says of the process where it
runs here. Since 2.8.

- Memory that was just allocated and never touched looks the same: not less than ten megabytes, for ten seconds.
- Where the kernel can be asked, its word counts alone.
*/
export const memSwap = nodeRule({
	id: 'mem.swap',
	raiseAfterMs: 10_000,
	countsAtOnce: true,
	needs: {used: field('memory', 'used_memory'), resident: field('memory', 'used_memory_rss')},
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
		return fires('critical', title, {
			evidence: [
				...said(facts, ['memory', 'used_memory', 'bytes'], ['memory', 'used_memory_rss', 'bytes']),
				...(known === undefined ? [] : [{name: 'VmSwap', value: known, unit: 'bytes' as const}]),
			],
			meaning: 'Every access to what was swapped out waits for a disk, and all clients wait with it.',
			next: [
				onHost('free -m; vmstat 1 5'),
				words('free memory on the machine, lower maxmemory, or move what else runs there'),
				onHost('sysctl vm.swappiness'),
			],
			action: null,
		});
	},
});
