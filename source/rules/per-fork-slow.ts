import {milliseconds} from '../text/units.js';
import {said} from './evidence.js';
import {field, increase} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A fork stopped the server: `latest_fork_usec`, looked at when `total_forks` rose. Since 6.2 (before, one can't tell when
the last one was).
*/
export const perForkSlow = nodeRule({
	id: 'per.fork_slow',
	raiseAfter: 1,
	needs: {forks: increase('stats', 'total_forks'), took: field('stats', 'latest_fork_usec')},
	evaluate({forks, took}, facts) {
		const tookMs = took / 1000;
		if (forks === 0 || tookMs < facts.threshold('per.fork_slow.warning')) {
			return clear;
		}

		const gigabytes = (facts.number('memory', 'used_memory_rss') ?? 0) / 1024 ** 3;
		return fires(
			tookMs >= facts.threshold('per.fork_slow.critical') ? 'critical' : 'warning',
			`a fork stopped it for ${milliseconds(tookMs)}`,
			{
				evidence: [
					...said(
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
					words('save at quiet times, on a replica, or split the data over more processes'),
				],
				action: null,
			},
		);
	},
});
