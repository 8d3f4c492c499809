import type {NodeRecord} from '../derive/node-record.js';
import type {NodeAddress} from '../domain/node.js';
import type {Shard, TopologyNode} from '../domain/topology.js';
import {canElect, type Electors} from './electors.js';
import {promotionBars, type UnfitReplica} from './promotion-bars.js';
import {type ReplicaDistance, replicaDistance} from './replica-distance.js';
import type {Nodes} from './replication-edges.js';

/** What the dataset loses: the writes that no surviving copy has, or everything where no copy survives. */
export type Loss =
	| ({readonly kind: 'writes'} & ReplicaDistance)
	| {
			readonly kind: 'everything';
			/** `used_memory` of the primary. */
			readonly bytes: number | undefined;
			readonly keys: number | undefined;
			/** The primary writes an append-only file, which its return would read. */
			readonly hasAof: boolean | undefined;
			/** Changes since the last save, which its return would lack without an append-only file. */
			readonly unsavedChanges: number | undefined;
	  };

/** What becomes of a shard whose primary stops. */
export type LostPrimary = {
	readonly kind: 'primary';
	readonly shard: Shard;
	/** The replica that takes over by itself; undefined where nobody does. */
	readonly successor: NodeAddress | undefined;
	/** Where nobody takes over: the surviving replica with the most data, which could be promoted by hand. */
	readonly byHand: NodeAddress | undefined;
	readonly loss: Loss;
	readonly electors: Electors;
	/** Surviving replicas that could not be promoted, with the reasons. */
	readonly unfit: readonly UnfitReplica[];
	/** Replicas that survive. */
	readonly survivors: number;
};

/** What becomes of a shard whose primary goes on without some of its replicas. */
export type LostReplicas = {
	readonly kind: 'replicas';
	readonly shard: Shard;
	readonly lost: number;
	/** Replicas that are left and could be promoted. */
	readonly fitLeft: number;
	/** Writes are refused: fewer replicas are left than `min-replicas-to-write` asks for. */
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

/** The copy with the most data comes first. An unknown distance comes last. */
const byDistance = ({distance: one}: Copy, {distance: other}: Copy): number =>
	(one.bytes ?? Number.MAX_VALUE) - (other.bytes ?? Number.MAX_VALUE);

/**
Who is elected: in a cluster the replica with the most data, under Sentinels the one with the lowest priority number
and then the most data. Sources: Redis cluster_legacy.c, `clusterGetSlaveRank`; sentinel.c, `compareSlavesForPromotion`.
*/
const electionOrder =
	(nodes: Nodes, isCluster: boolean) =>
	(one: Copy, other: Copy): number =>
		(isCluster ? 0 : priorityOf(nodes.get(one.node.address)) - priorityOf(nodes.get(other.node.address))) ||
		byDistance(one, other);

/** `slave_priority`; the default of 100 where INFO does not have it. */
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
	// INFO has the field only while the setting is in force. A replica that lags too far does not count there.
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
