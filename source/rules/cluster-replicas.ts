import {joinMessages, message, nameOf, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {sharedPlaces} from '../topology/placement.js';
import {replicaFitness, shardsWithoutSuccessor, type UnfitReplica} from '../topology/promotion-bars.js';
import {replicaImbalance} from '../topology/skew.js';
import {topologyOf} from '../topology/topology.js';
import {askNode, nodeNames} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {isInPlannedRestart} from './planned-restart.js';
import {fires, rule} from './rule.js';

/** Milliseconds that the first full resync of a new replica may take. */
const newReplicaMs = 10_000;

export const cluNoReplica = rule({
	id: 'clu.no_replica',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule looks at the replicas of each shard with slots: their link, their data and `cluster-replica-no-failover`. It fires where none of them could be promoted.',
		since: '3.0',
		falsePositives: [
			'A replica that was just added has no data until its full resync is over. The condition must hold for ten seconds.',
			'A replica that restarts is unfit for a moment. The finding is info in a planned restart (`srv.planned`).',
		],
	},
	raiseAfterMs: newReplicaMs,
	countsAtOnce: true,
	evaluate(_, fleet, _limits, heldMs) {
		const records = recordsIn(fleet);
		// During its first full resync, a new replica looks like a broken one. So the finding is only info for the
		// first ten seconds. A primary without any replica needs no such wait.
		const isNew = (address: NodeAddress | undefined) => heldMs(address) < newReplicaMs;
		const isRestarting = (address: NodeAddress) => {
			const facts = fleet.nodes.get(address);
			return facts !== undefined && isInPlannedRestart(facts);
		};
		// A replica that loads its data reports the role primary, so its shard seems to have no replica. While a node
		// restarts as planned, this is expected.
		const isExpected = (unfit: readonly UnfitReplica[], primary: NodeAddress | undefined) =>
			unfit.length > 0
				? isNew(primary) || unfit.some(({address}) => isRestarting(address))
				: [...fleet.nodes.keys()].some(address => address !== primary && isRestarting(address));
		return shardsWithoutSuccessor(topologyOf(records), records)
			.filter(({shard}) => shard.slotCount > 0 && shard.primary !== undefined)
			.map(({shard, unfit}) => ({
				...fires(isExpected(unfit, shard.primary?.address) ? 'info' : 'warning', {
					problem: unfit.length === 0 ? 'has no replica' : 'has no replica that could be promoted',
					reason:
						unfit.length === 0
							? undefined
							: joinMessages(
									unfit.map(({address, why}) => message`${nodeName(address)} ${why.join(', ')}`),
									'; ',
								),
					effect: 'failover-impossible',
					nodes: unfit.map(({address}) => address),
					evidence: [
						{name: 'slots', value: shard.slotCount, unit: 'count' as const},
						{name: 'replicas', value: unfit.length},
					],
					meaning: 'When it stops, its slots are not served until it is back.',
					next: [
						askNode(fleet, shard.primary?.address, 'INFO replication'),
						hint('add a replica with CLUSTER REPLICATE, or repair the link of the replica it has'),
					],
				}),
				node: shard.primary?.address,
			}));
	},
});

export const cluPlacement = rule({
	id: 'clu.placement',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule compares the host of each primary with the hosts of its replicas. For Valkey 8.0 it also compares `availability_zone`, and fires where all replicas are in the zone of their primary.',
		since: '3.0',
		falsePositives: [
			'A test, a laptop or containers behind one address have one host for all nodes. The rule is clear then.',
			'A shard with another replica on another host survives one failure. The finding is only info then.',
		],
	},
	evaluate(_, fleet) {
		const {places, isOneHost} = sharedPlaces(topologyOf(recordsIn(fleet)));
		return isOneHost
			? []
			: places.map(({primary, replicas, by, place, hasAnother}) => {
					const addresses = replicas.map(({address}) => address);
					const noun = replicas.length === 1 ? 'replica' : 'replicas';
					return {
						...fires(hasAnother ? 'info' : 'warning', {
							problem: message`shares ${by} ${nameOf('host', place)} with its ${noun} ${nodeNames(addresses)}`,
							nodes: [primary.address, ...addresses],
							evidence: [{name: by, value: message`${nameOf('host', place)}`}],
							meaning: hasAnother
								? 'One failure takes both; another replica is elsewhere.'
								: 'One failure takes the primary and every replica that could replace it.',
							next: [
								hint('move the replica, or let it replicate from the primary of another host with CLUSTER REPLICATE'),
							],
						}),
						node: primary.address,
						subject: by,
					};
				});
	},
});

export const cluReplicaSkew = rule({
	id: 'clu.replica_skew',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule counts the replicas that answer in each shard. It fires where a shard has two more than another.',
		since: '3.0',
		falsePositives: [
			'A replica that restarts is missing for a moment. The difference must last for half a minute.',
			'Different numbers may be intended. The finding is only info.',
		],
	},
	raiseAfterMs: 30_000,
	evaluate(_, fleet) {
		const found = replicaImbalance(topologyOf(recordsIn(fleet)));
		if (found === undefined) {
			return [];
		}

		const {most, least, richest, poorest} = found;
		const [rich, poor] = [nodeName(richest), nodeName(poorest)];
		return [
			fires('info', {
				problem: 'replicas are spread unevenly',
				detail: message`${most} of ${rich}, ${least} of ${poor}`,
				nodes: [richest, poorest],
				evidence: [
					{name: 'most', value: most},
					{name: 'least', value: least},
				],
				meaning:
					'The shard with the fewest replicas is the first to lose slots. The cluster moves a replica by itself only to a primary without any (cluster-migration-barrier).',
				next: [
					{
						kind: 'words',
						text: message`let a replica of ${rich} replicate from ${poor}: CLUSTER REPLICATE on that replica`,
					},
				],
			}),
		];
	},
});

export const cluReplicaUnfit = rule({
	id: 'clu.replica_unfit',
	scope: 'cluster',
	docs: {
		looksAt:
			'The rule looks for replicas that answer and could not be promoted: `cluster-replica-no-failover`, a link that is down, or no data yet. Another replica of their shard could be promoted.',
		since: '3.0',
		falsePositives: [
			'A replica that was just added is in its full resync. The rule waits half a minute.',
			'A shard may have no replica that could be promoted. clu.no_replica fires then.',
			'A replica that does not answer has findings of its own. The rule leaves it out.',
		],
	},
	raiseAfterMs: 30_000,
	evaluate(_, fleet) {
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
					problem: 'could not be promoted',
					reason: why.join(', '),
					evidence: why.map((reason, index) => ({name: `reason ${index + 1}`, value: reason})),
					meaning: 'Another replica of its shard could. When that one is lost, the next failure costs slots.',
					next: [
						askNode(fleet, address, 'INFO replication'),
						hint('repair its link; cluster-replica-no-failover is meant where it is set'),
					],
				}),
				node: address,
			}));
	},
});

export const clusterReplicasRules = [cluNoReplica, cluPlacement, cluReplicaSkew, cluReplicaUnfit] as const;
