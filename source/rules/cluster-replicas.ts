import {sharedPlaces} from '../topology/placement.js';
import {replicaFitness, shardsWithoutSuccessor} from '../topology/promotion-bars.js';
import {replicaImbalance} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, clusterRule} from './cluster-findings.js';
import {hint} from './next-steps.js';
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
					...fires('warning', {
						problem: unfit.length === 0 ? 'has no replica' : `has no replica that could be promoted: ${why}`,

						evidence: [
							{name: 'slots', value: shard.slotCount, unit: 'count' as const},
							{name: 'replicas', value: unfit.length},
						],
						meaning: 'When it stops, its slots are down until it is back.',
						next: [
							askNode(fleet, shard.primary?.address, 'INFO replication'),
							hint('add a replica with CLUSTER REPLICATE, or see to the link of the one there is'),
						],
					}),
					node: shard.primary?.address,
				};
			});
	},
	{raiseAfterMs: 10_000},
);

/**
A primary that shares its host with a replica of it, or its zone with all of them (`availability_zone`, Valkey 8.0). Where
everything stands on one host (a test, a laptop, containers behind one address) nothing is said.
*/
export const cluPlacement = clusterRule('clu.placement', (_, fleet) => {
	const {places, isOneHost} = sharedPlaces(topologyOf(recordsIn(fleet)));
	return isOneHost
		? []
		: places.map(({primary, replicas, by, place, hasAnother}) => ({
				...fires(hasAnother ? 'info' : 'warning', {
					problem: `shares ${by} ${place} with its ${replicas.length === 1 ? 'replica' : 'replicas'} ${replicas.map(({address}) => address).join(', ')}`,

					evidence: [{name: by, value: place}],
					meaning: hasAnother
						? 'One failure takes both; another replica stands elsewhere.'
						: 'One failure takes the primary and all that could replace it.',
					next: [hint('move the replica, or let it follow the primary of another host with CLUSTER REPLICATE')],
				}),
				node: primary.address,
				subject: by,
			}));
});

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
			fires('info', {
				problem: `replicas lie unevenly: ${most} of ${richest}, ${least} of ${poorest}`,

				evidence: [
					{name: 'most', value: most},
					{name: 'least', value: least},
				],
				meaning: 'Of the shard with the fewest, the next failures cost slots first.',
				next: [hint(`let one of ${richest} follow ${poorest}: CLUSTER REPLICATE on that replica`)],
			}),
		];
	},
	{raiseAfterMs: 30_000},
);

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
				...fires('warning', {
					problem: `could not be promoted: ${why.join(', ')}`,

					evidence: why.map((reason, index) => ({name: `reason ${index + 1}`, value: reason})),
					meaning: 'Another replica of its shard could. When that one is lost, the next failure costs slots.',
					next: [
						askNode(fleet, address, 'INFO replication'),
						hint('see to its link; cluster-replica-no-failover is meant where it stands'),
					],
				}),
				node: address,
			}));
	},
	{raiseAfterMs: 30_000},
);

export const clusterReplicasRules = [cluNoReplica, cluPlacement, cluReplicaSkew, cluReplicaUnfit] as const;
