import {grouped, percent} from '../text/units.js';
import {skewsOf} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {clusterRule, thresholdFor} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
Slots that lie unevenly: (most - least) / mean. Since 3.0. May be meant; redis-cli's own 2 % would cry at every resharding.
*/
export const cluSlotSkew = clusterRule('clu.slot_skew', (_, fleet) =>
	skewsOf(topologyOf(recordsIn(fleet)))
		.filter(({of, ratio, most}) => of === 'slots' && ratio > thresholdFor(fleet, most.address, 'clu.slot_skew.share'))
		.map(({ratio, most, mostValue, least, leastValue}) =>
			fires(
				'info',
				`slots lie unevenly: ${grouped(mostValue)} on ${most.address}, ${grouped(leastValue)} on ${least.address}`,
				{
					evidence: [{name: 'spread by mean', value: ratio, unit: 'share'}],
					meaning: `The spread is ${percent(ratio)} of an even share.`,
					next: [words('redis-cli --cluster rebalance, with --cluster-use-empty-masters for primaries without slots')],
					action: null,
				},
			),
		),
);
