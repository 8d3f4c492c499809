import {replicaImbalance} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {clusterRule} from './cluster-rule.js';
import {words} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {fires} from './rule.js';

/**
Shards with two healthy replicas more than others. Since 3.0. A cluster gives one to a primary that has none at all
(cluster-migration-barrier) and evens out nothing else.
*/
export const cluReplicaSkew = clusterRule(
	'clu.replica_skew',
	(_, fleet) => {
		const found = replicaImbalance(topologyOf(recordsIn(fleet)));
		if (found === undefined) {
			return [];
		}

		const {most, least, richest, poorest} = found;
		return [
			fires('info', `replicas lie unevenly: ${most} of ${richest}, ${least} of ${poorest}`, {
				evidence: [
					{name: 'most', value: most},
					{name: 'least', value: least},
				],
				meaning: 'Of the shard with the fewest, the next failures cost slots first.',
				next: [words(`let one of ${richest} follow ${poorest}: CLUSTER REPLICATE on that replica`)],
				action: null,
			}),
		];
	},
	{raiseAfterMs: 30_000},
);
