import {count} from '../text/units.js';
import {skewsOf} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, clusterRule, thresholdFor} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/** Below these an uneven load is no load. */
const leastCount = 1000;
const leastBytes = 64 * 1024 * 1024;

/**
Keys, memory or operations that lie unevenly: the most loaded primary by the median. Since 3.0. Hash tags and a big key do
that on purpose and by mistake; below a thousand keys or operations there is nothing to weigh.
*/
export const cluKeySkew = clusterRule(
	'clu.key_skew',
	(_, fleet) =>
		skewsOf(topologyOf(recordsIn(fleet)))
			.filter(
				({of, ratio, most, mostValue}) =>
					of !== 'slots' &&
					ratio > thresholdFor(fleet, most.address, 'clu.key_skew.ratio') &&
					mostValue >= (of === 'memory' ? leastBytes : leastCount),
			)
			.map(({of, ratio, most, mostValue, median}) => ({
				...fires(
					'warning',
					`has ${ratio.toFixed(1)} times the ${of} of the median primary (${count(mostValue)} against ${count(median)})`,
					{
						evidence: [
							{name: of, value: mostValue},
							{name: 'median', value: median},
						],
						meaning: 'The cluster is as fast, and as full, as this one shard.',
						next: [
							askNode(fleet, most.address, '--bigkeys -i 0.01'),
							words(
								'look for hash tags that put everything into one slot; CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2) names the slots',
							),
						],
						action: null,
					},
				),
				node: most.address,
				subject: of,
			})),
	{raiseAfterMs: 30_000},
);
