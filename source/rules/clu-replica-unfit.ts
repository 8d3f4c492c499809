import {replicaFitness} from '../topology/promotion-bars.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
A replica that answers could not take its primary's place: may not (`cluster-replica-no-failover`), has no link or lost it
for too long, has copied nothing yet. Since 3.0.

- Where none of a shard's replicas could, that is clu.no_replica; one that doesn't answer has findings of its own.
- One that was added a moment ago is copying: half a minute must pass.
*/
export const cluReplicaUnfit = clusterRule(
	'clu.replica_unfit',
	(_, fleet) => {
		const records = recordsIn(fleet);
		return topologyOf(records)
			.shards.filter(({slotCount}) => slotCount > 0)
			.flatMap(shard => {
				const fitness = replicaFitness(shard, records, true);
				const isCovered = fitness.some(({why}) => why.length === 0);
				return isCovered ? fitness.filter(({why}) => why.length > 0) : [];
			})
			.filter(({address}) => records.get(address)?.sample !== undefined && records.get(address)?.failure === undefined)
			.map(({address, why}) => ({
				...fires('warning', `could not be promoted: ${why.join(', ')}`, {
					evidence: why.map((reason, index) => ({name: `reason ${index + 1}`, value: reason})),
					meaning: 'Another replica of its shard could. When that one is lost, the next failure costs slots.',
					next: [
						askNode(fleet, address, 'INFO replication'),
						words('see to its link; cluster-replica-no-failover is meant where it stands'),
					],
					action: null,
				}),
				node: address,
			}));
	},
	{raiseAfterMs: 30_000},
);
