import {nodeTimeoutOf, replicaLinkOf} from '../cluster/cluster-state.js';
import {dataObstacle, mayNotBePromoted} from '../cluster/replica-data.js';
import type {NodeRecord} from '../derive/node-record.js';
import {keyCount} from '../domain/metric.js';
import type {NodeAddress} from '../domain/node.js';
import {failureText} from '../domain/sample.js';
import type {Shard, Topology, TopologyNode} from '../domain/topology.js';
import {seconds} from '../text/units.js';
import {isAnnouncedUnreachable, isReachedByNobody} from './announced.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

/**
Reasons why a replica could not replace its primary now; empty if no reason is known. Each reason follows the replica's
address: "10.0.1.12:6379 …". While the primary answers, a replica without a link is never fit, even within the time that
`cluster-replica-validity-factor` allows. Source for Sentinels: sentinel.c, `sentinelSelectSlave`.
*/
export function promotionBars(node: TopologyNode, nodes: Nodes, isCluster: boolean): string[] {
	const record = nodes.get(node.address);
	// The other nodes reach a replica whose address only redis-top cannot reach. Nothing is known against it.
	if (record !== undefined && isAnnouncedUnreachable(record, nodes) && !isReachedByNobody(record, nodes)) {
		return [];
	}

	if (record === undefined || record.sample === undefined || record.failure !== undefined) {
		return [record?.failure === undefined ? 'has not been reached' : failureText(record.failure)];
	}

	return [
		...(record.reach === 'loading' ? ['is loading its data'] : []),
		...flagBars(node),
		...linkBars(node, record, nodes, isCluster),
		...priorityBars(record, isCluster),
	];
}

function flagBars({flags}: TopologyNode): string[] {
	return [
		...(flags.includes('nofailover') ? [mayNotBePromoted] : []),
		...(flags.includes('fail') ? ['is marked FAIL by the others'] : []),
	];
}

/** Whether the replica's primary loads its data. It refuses the link meanwhile, so the replica has all of its writes. */
function isPrimaryLoading(record: NodeRecord, nodes: Nodes): boolean {
	const named = primaryNamedBy(record);
	return named !== undefined && nodes.get(nodeFinder(nodes)(named))?.reach === 'loading';
}

/** Whether the replica's primary refuses connections or does not answer. The lost link is then no fault of the replica. */
function isPrimaryDown(record: NodeRecord, nodes: Nodes): boolean {
	const named = primaryNamedBy(record);
	const primary = named === undefined ? undefined : nodes.get(nodeFinder(nodes)(named) ?? named);
	return primary?.failure?.state === 'down';
}

function linkBars({link}: TopologyNode, record: NodeRecord, nodes: Nodes, isCluster: boolean): string[] {
	const info = record.sample?.info;
	if (link === 'syncing') {
		return ['is still copying its primary’s data set'];
	}

	if (isCluster && info?.number('replication', 'slave_repl_offset') === 0) {
		return ['has copied nothing yet (its offset is 0)'];
	}

	const hasData = (info?.number('replication', 'slave_repl_offset') ?? 0) > 0;
	if (link !== 'down' || (hasData && isPrimaryLoading(record, nodes))) {
		return [];
	}

	const replica = replicaLinkOf(record);
	const downSeconds = replica?.linkDownSeconds;
	// Outside a cluster the link may be down for any time, but a replica that never received data is not promoted.
	const limitedMs = isCluster ? nodeTimeoutIn(record) : Number.POSITIVE_INFINITY;
	const obstacle = replica && dataObstacle(replica, limitedMs, info && keyCount(info));
	const since = downSeconds === undefined ? '' : ` for ${seconds(downSeconds)}`;
	return obstacle === undefined && hasData && isPrimaryDown(record, nodes)
		? []
		: [obstacle ?? `has no link to its primary${since}`];
}

const nodeTimeoutIn = (record: NodeRecord): number => nodeTimeoutOf(new Map([[record.address, record]]));

/**
Reasons outside a cluster: Sentinels skip replicas with a priority of 0, and cannot see replicas that are not announced.
*/
function priorityBars({sample}: NodeRecord, isCluster: boolean): string[] {
	if (isCluster) {
		return [];
	}

	return [
		...(sample?.info.number('replication', 'slave_priority') === 0 ? ['is never promoted (its priority is 0)'] : []),
		...(sample?.info.number('replication', 'replica_announced') === 0
			? ['is not shown to sentinels (replica-announced no)']
			: []),
	];
}

/** A replica that could not be promoted, and the reasons. */
export type UnfitReplica = {
	readonly address: NodeAddress;
	readonly why: readonly string[];
	/** Whether a failover by hand is possible: it ignores the setting that forbids the replica to take over. */
	readonly isReadyByHand?: boolean;
};

/**
Whether a replica that a setting keeps from taking over answers and has data. CLUSTER FAILOVER FORCE ignores the setting
and the age of the data. Source: Redis cluster_legacy.c, `clusterHandleSlaveFailover`.
*/
function isReadyByHand({address, flags, link}: TopologyNode, nodes: Nodes): boolean {
	const record = nodes.get(address);
	const offset = record?.failure === undefined ? record?.sample?.info.number('replication', 'slave_repl_offset') : 0;
	return flags.includes('nofailover') && link !== 'syncing' && (offset ?? 0) > 0;
}

export type UncoveredShard = {
	readonly shard: Shard;
	/** The shard's replicas, all of them unfit for promotion; empty if the shard has no replica. */
	readonly unfit: readonly UnfitReplica[];
};

/**
The direct replicas of a shard, each with the reasons against its promotion. A replica of a replica is left out, because
it never stands for election.
*/
export const replicaFitness = (shard: Shard, nodes: Nodes, isCluster: boolean): UnfitReplica[] =>
	shard.replicas
		.filter(({depth, reach}) => depth === 1 && reach !== 'gone')
		.map(node => ({
			address: node.address,
			why: promotionBars(node, nodes, isCluster),
			...(isReadyByHand(node, nodes) ? {isReadyByHand: true} : {}),
		}));

/**
Shards that would have no primary if their primary stopped now, because no replica could be promoted. In a cluster only
shards with slots count. Elsewhere a shard counts only if it has a replica, or if Sentinels monitor its primary.
*/
export function shardsWithoutSuccessor(topology: Topology, nodes: Nodes): UncoveredShard[] {
	return topology.shards.flatMap(shard => {
		const isWatched = shard.name !== shard.primary?.address && shard.slotCount === 0;
		const isExpected = shard.slotCount > 0 || shard.replicas.length > 0 || (isWatched && !topology.isCluster);
		const fitness = replicaFitness(shard, nodes, topology.isCluster);
		const isCovered = fitness.some(({why}) => why.length === 0);
		return isExpected && !isCovered ? [{shard, unfit: fitness}] : [];
	});
}
