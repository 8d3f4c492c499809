import {shardsWithoutSuccessor} from '../topology/promotion-bars.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
A shard whose primary nobody could replace: no replica, or none that could be promoted, with the reason for each. Since 3.0.
A freshly added replica is not fit until it has copied its primary's data.
*/
export const cluNoReplica = clusterRule(
	'clu.no_replica',
	(_, fleet) => {
		const records = recordsIn(fleet);
		return shardsWithoutSuccessor(topologyOf(records), records)
			.filter(({shard}) => shard.slotCount > 0 && shard.primary !== undefined)
			.map(({shard, unfit}) => {
				const why = unfit.map(({address, why: bars}) => `${address} ${bars.join(', ')}`).join('; ');
				return {
					...fires('warning', unfit.length === 0 ? 'has no replica' : `has no replica that could be promoted: ${why}`, {
						evidence: [
							{name: 'slots', value: shard.slotCount, unit: 'count' as const},
							{name: 'replicas', value: unfit.length},
						],
						meaning: 'When it stops, its slots are down until it is back.',
						next: [
							askNode(fleet, shard.primary?.address, 'INFO replication'),
							words('add a replica with CLUSTER REPLICATE, or see to the link of the one there is'),
						],
						action: null,
					}),
					node: shard.primary?.address,
				};
			});
	},
	{raiseAfterMs: 10_000},
);
