import type {NodeRecord} from '../derive/node-record.js';
import type {NodeAddress} from '../domain/node.js';
import type {Shard, TopologyNode} from '../domain/topology.js';
import {canElect, type Electors} from './electors.js';
import {promotionBars, type UnfitReplica} from './promotion-bars.js';
import {type ReplicaDistance, replicaDistance} from './replica-distance.js';
import type {Nodes} from './replication-edges.js';

/** The data that a shard loses: the writes that no surviving copy has, or everything if no copy survives. */
export type Loss =
	| ({readonly kind: 'writes'} & ReplicaDistance)
	| {
			readonly kind: 'everything';
			/** `used_memory` of the shard's primary, in bytes. */
			readonly bytes: number | undefined;
			readonly keys: number | undefined;
			/** Whether the primary writes an append-only file, which it would load when it returns. */
			readonly hasAof: boolean | undefined;
			/** Changes since the last save. Without an append-only file, they would be missing when the primary returns. */
			readonly unsavedChanges: number | undefined;
	  };

/** The consequences for a shard whose primary stops. */
export type LostPrimary = {
	readonly kind: 'primary';
	readonly shard: Shard;
	/** The replica that takes over by itself; undefined if none does. */
	readonly successor: NodeAddress | undefined;
	/** If no replica takes over by itself: the surviving replica with the most data, which could be promoted by hand. */
	readonly byHand: NodeAddress | undefined;
	readonly loss: Loss;
	readonly electors: Electors;
	/** Surviving replicas that could not be promoted, with the reasons. */
	readonly unfit: readonly UnfitReplica[];
	/** Number of replicas that survive. */
	readonly survivors: number;
};

/** The consequences for a shard whose primary keeps running but loses replicas. */
export type LostReplicas = {
	readonly kind: 'replicas';
	readonly shard: Shard;
	readonly lost: number;
	/** Number of remaining replicas that could be promoted. */
	readonly fitLeft: number;
	/** Defined if writes are refused, because fewer replicas are left than `min-replicas-to-write` demands. */
	readonly refused: {readonly needed: number; readonly left: number} | undefined;
};

type Place = {
	readonly nodes: Nodes;
	readonly isCluster: boolean;
	readonly isDead: (address: NodeAddress) => boolean;
};

const isThere = ({reach}: TopologyNode): boolean => reach !== 'gone';

export function lostPrimary(shard: Shard, electors: Electors, place: Place): LostPrimary {
	const {nodes, isCluster, isDead} = place;
	const survivors = shard.replicas.filter(replica => isThere(replica) && !isDead(replica.address));
	const copies = survivors.flatMap(node => {
		const distance = replicaDistance(node, shard, nodes);
		const record = nodes.get(node.address);
		return distance === undefined || record?.failure !== undefined
			? []
			: [{node, distance, why: promotionBars(node, nodes, isCluster)}];
	});
	const candidates = copies.filter(({node, why}) => node.depth === 1 && why.length === 0);
	const elected = canElect(electors) ? candidates.toSorted(electionOrder(nodes, isCluster))[0] : undefined;
	const kept = elected ?? copies.toSorted(byDistance)[0];
	return {
		kind: 'primary',
		shard,
		successor: elected?.node.address,
		byHand: elected === undefined ? kept?.node.address : undefined,
		loss:
			kept === undefined
				? everything(shard.primary && nodes.get(shard.primary.address))
				: {kind: 'writes', ...kept.distance},
		electors,
		unfit: survivors
			.filter(({depth}) => depth === 1)
			.map(node => ({address: node.address, why: promotionBars(node, nodes, isCluster)}))
			.filter(({why}) => why.length > 0),
		survivors: survivors.length,
	};
}

type Copy = {readonly node: TopologyNode; readonly distance: ReplicaDistance};

/** Sorts the copy with the most data first, and copies with an unknown distance last. */
const byDistance = ({distance: one}: Copy, {distance: other}: Copy): number =>
	(one.bytes ?? Number.MAX_VALUE) - (other.bytes ?? Number.MAX_VALUE);

/**
Sorts replicas in the order of election. In a cluster the replica with the most data comes first. Under Sentinels the
lowest priority number comes first, then the most data. Sources: Redis cluster_legacy.c, `clusterGetSlaveRank`;
sentinel.c, `compareSlavesForPromotion`.
*/
const electionOrder =
	(nodes: Nodes, isCluster: boolean) =>
	(one: Copy, other: Copy): number =>
		(isCluster ? 0 : priorityOf(nodes.get(one.node.address)) - priorityOf(nodes.get(other.node.address))) ||
		byDistance(one, other);

/** `slave_priority` of a node; the default of 100 if INFO lacks the field. */
const priorityOf = (record: NodeRecord | undefined): number =>
	record?.sample?.info.number('replication', 'slave_priority') ?? 100;

function everything(record: NodeRecord | undefined): Loss {
	const info = record?.sample?.info;
	const aof = info?.number('persistence', 'aof_enabled');
	return {
		kind: 'everything',
		bytes: record?.values.get('usedMemory'),
		keys: record?.values.get('keys'),
		hasAof: aof === undefined ? undefined : aof === 1,
		unsavedChanges: info?.number('persistence', 'rdb_changes_since_last_save'),
	};
}

export function lostReplicas(shard: Shard, {nodes, isCluster, isDead}: Place): LostReplicas {
	const direct = shard.replicas.filter(replica => replica.depth === 1 && isThere(replica));
	const left = direct.filter(({address}) => !isDead(address));
	const record = shard.primary && nodes.get(shard.primary.address);
	const needed = Number(record?.config?.value.get('min-replicas-to-write') || 0);
	// INFO has the field only while `min-replicas-to-write` is in force. The field does not count replicas that lag too
	// far.
	const good = record?.sample?.info.number('replication', 'min_slaves_good_slaves');
	const goodLeft = good === undefined ? left.length : Math.max(0, good - (direct.length - left.length));
	return {
		kind: 'replicas',
		shard,
		lost: shard.replicas.filter(replica => isThere(replica) && isDead(replica.address)).length,
		fitLeft: left.filter(node => promotionBars(node, nodes, isCluster).length === 0).length,
		refused: needed > 0 && goodLeft < needed ? {needed, left: goodLeft} : undefined,
	};
}
