import {slotsIn} from '../cluster/node-view.js';
import type {SlotRange} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {nodesOf, type Shard, type Topology} from '../domain/topology.js';
import {canElect, deadAddresses, type Electors, votingPrimaries, watchingSentinels} from './electors.js';
import {type ImaginedFailure, imaginedFailures} from './imagined-failures.js';
import type {ReplicaDistance} from './replica-distance.js';
import type {Nodes} from './replication-edges.js';
import {type LostPrimary, type LostReplicas, lostPrimary, lostReplicas} from './shard-outcome.js';
import {topologyOf} from './topology.js';

/** The consequences of an imagined failure at this moment. */
export type WhatIf = {
	readonly failure: ImaginedFailure;
	/** A stable key for the entry in the list: `host 10.0.1.11`. */
	readonly key: string;
	/** Shards that lose their primary. */
	readonly primaries: readonly LostPrimary[];
	/** Shards that keep their primary but lose replicas. */
	readonly replicas: readonly LostReplicas[];
	/** Number of Sentinels that stop. */
	readonly sentinels: number;
	/** Shards for whose primary the remaining Sentinels could not decide on a failover. */
	readonly unwatched: readonly {readonly shard: Shard; readonly electors: Electors}[];
	/** The slots without service after the failure. Empty outside a cluster. */
	readonly unserved: readonly SlotRange[];
	readonly unservedCount: number;
	/**
	Why the whole cluster stops serving. `majority`: the remaining primaries are no majority. `coverage`: slots are
	unserved, and `cluster-require-full-coverage` is on.
	*/
	readonly stopsAll: 'majority' | 'coverage' | undefined;
	/**
	The lost writes: the sum of all shards in bytes, the worst shard in seconds. Undefined if the value of a shard is
	unknown.
	*/
	readonly lost: ReplicaDistance;
	/** Number of shards of which no copy survives. */
	readonly erased: number;
	/**
	How bad the failure is, whatever the current replication delays are. `critical`: a shard has no successor for its
	primary, writes are refused, or too few Sentinels remain. `takeover`: replicas take over. `none`: service continues.
	*/
	readonly gravity: 'critical' | 'takeover' | 'none';
};

/**
The consequences of every imagined failure, the worst first. Among equals, zones come before hosts, and hosts before
nodes. Current replication delays do not count, so that the order stays stable.
*/
export const whatIfs = memoizeByRef((nodes: Nodes): readonly WhatIf[] => {
	const topology = topologyOf(nodes);
	const shards = new Map<NodeAddress, Shard>(
		topology.shards.flatMap(shard => nodesOf(shard).map(({address}) => [address, shard] as const)),
	);
	const all = imaginedFailures(topology).map(failure => whatIf(failure, topology, nodes, shards));
	return all.sort((a, b) => rank[a.gravity] - rank[b.gravity]);
});

const rank: Readonly<Record<WhatIf['gravity'], number>> = {critical: 0, takeover: 1, none: 2};

function whatIf(
	failure: ImaginedFailure,
	topology: Topology,
	nodes: Nodes,
	shardOf: ReadonlyMap<NodeAddress, Shard>,
): WhatIf {
	const {isCluster} = topology;
	const isDead = deadAddresses(failure, nodes);
	const voters = votingPrimaries(topology, failure);
	const hit = [...new Set(failure.nodes.flatMap(({address}) => shardOf.get(address) ?? []))];
	const electorsOf = (shard: Shard): Electors =>
		shard.slotCount > 0 ? voters : watchingSentinels(shard, nodes, isDead);
	const place = (shard: Shard) => ({nodes, isDead, isCluster: isCluster && shard.slotCount > 0});
	const losesPrimary = ({primary}: Shard) => primary !== undefined && isDead(primary.address);
	const primaries = hit.filter(losesPrimary).map(shard => lostPrimary(shard, electorsOf(shard), place(shard)));
	const replicas = hit.filter(shard => !losesPrimary(shard)).map(shard => lostReplicas(shard, place(shard)));
	const sentinels = failure.nodes.filter(({role}) => role === 'sentinel').length;
	const unwatched =
		sentinels === 0 ? [] : unwatchedShards(topology, nodes, isDead).filter(({shard}) => !losesPrimary(shard));
	const orphaned = primaries.filter(({successor, shard}) => successor === undefined && shard.slotCount > 0);
	const stopsAll = stopOf(primaries, voters, orphaned.length > 0 && requiresCoverage(nodes));
	const unserved =
		stopsAll === 'majority' ? topology.shards.flatMap(({slots}) => slots) : orphaned.flatMap(({shard}) => shard.slots);
	const writes = primaries.flatMap(({loss}) => (loss.kind === 'writes' ? [loss] : []));
	const lost = {
		bytes: total(
			writes.map(({bytes}) => bytes),
			(a, b) => a + b,
		),
		seconds: total(
			writes.map(({seconds}) => seconds),
			Math.max,
		),
	};
	const erased = primaries.length - writes.length;
	const isCritical =
		primaries.some(({successor}) => successor === undefined) ||
		replicas.some(({refused}) => refused !== undefined) ||
		unwatched.length > 0;
	return {
		failure,
		key: `${failure.kind} ${failure.name}`,
		primaries,
		replicas,
		sentinels,
		unwatched,
		unserved,
		unservedCount: slotsIn(unserved),
		stopsAll,
		lost,
		erased,
		gravity: isCritical ? 'critical' : primaries.length > 0 ? 'takeover' : 'none',
	};
}

/**
Why a failure of these primaries stops the whole cluster. Without a majority, the remaining primaries do not serve
either.
*/
const stopOf = (primaries: readonly LostPrimary[], voters: Electors, lacksCoverage: boolean): WhatIf['stopsAll'] =>
	!canElect(voters) && primaries.some(({shard}) => shard.slotCount > 0)
		? 'majority'
		: lacksCoverage
			? 'coverage'
			: undefined;

const total = (
	values: ReadonlyArray<number | undefined>,
	join: (one: number, other: number) => number,
): number | undefined =>
	values.reduce((sum, value) => (sum === undefined || value === undefined ? undefined : join(sum, value)), 0);

/**
Shards with a monitored primary for which the remaining Sentinels could not decide on a failover. Shards for which the
Sentinels cannot decide even now are included.
*/
const unwatchedShards = ({shards}: Topology, nodes: Nodes, isDead: (address: NodeAddress) => boolean) =>
	shards.flatMap(shard => {
		const electors = watchingSentinels(shard, nodes, isDead);
		return electors.kind === 'sentinels' && !canElect(electors) ? [{shard, electors}] : [];
	});

/** Whether the whole cluster refuses commands while a slot has no owner; false if no node reports the setting. */
const requiresCoverage = memoizeByRef((nodes: Nodes): boolean =>
	[...nodes.values()].some(({config}) => config?.value.get('cluster-require-full-coverage') === 'yes'),
);
