import type {Shard, Topology, TopologyNode} from '../../domain/topology.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {ghostsIn} from '../../topology/ghosts.js';
import {differencesIn} from '../../topology/node-remarks.js';
import {sharedPlaces} from '../../topology/placement.js';
import {replicaFitness} from '../../topology/promotion-bars.js';
import type {Nodes} from '../../topology/replication-edges.js';
import {replicaImbalance, skewsOf} from '../../topology/skew.js';
import {topologyOf} from '../../topology/topology.js';
import {isoTime} from './snapshot-values.js';

/**
The shards, the Sentinels and the nodes outside any shard. Each node is listed once, with the name of the node that
reported it (`word`). Further values of the nodes are in the snapshot's `nodes`.
*/
export function topologyPart({nodes, isFromMemory = false, rememberedAtMs}: MonitorState) {
	const topology = topologyOf(nodes);
	const {shards, loose, sentinels, unplaced, isCluster} = topology;
	return {
		shards: shards.map(shard => shardPart(shard, nodes, isCluster)),
		/** Nodes of a cluster that have no slots, no replicas and no primary. */
		loose: loose.map(nodePart),
		sentinels: sentinels.map(nodePart),
		/** Nodes that were never reached and that no node lists. */
		unplaced: unplaced.map(nodePart),
		...arrangementPart(topology, nodes),
		/** When an earlier session saved its list of nodes. Null unless that list was used because no target answered. */
		rememberedFrom: isFromMemory ? isoTime(rememberedAtMs) : null,
	};
}

function shardPart(shard: Shard, nodes: Nodes, isCluster: boolean) {
	const {name, primary, replicas, slotCount} = shard;
	return {
		name,
		slotCount,
		primary: primary === undefined ? null : nodePart(primary),
		replicas: replicas.map(nodePart),
		/**
		The replicas that replicate from the primary directly, with the reasons why each cannot be promoted now. `why` is
		empty if no obstacle is known.
		*/
		successors: replicaFitness(shard, nodes, isCluster).map(({address, why}) => ({address, why: [...why]})),
	};
}

/**
Uneven load, shared hosts, and nodes that are listed but don't exist any more (ghosts). Each is listed even if it is too
small for a finding.
*/
function arrangementPart(topology: Topology, nodes: Nodes) {
	const {places, isOneHost} = sharedPlaces(topology);
	return {
		/** Whether all nodes run on one host. If they do, a shared host is no finding. */
		isOneHost,
		/** Primaries on the same host as one of their replicas, or in the same zone as all of their replicas. */
		sharedPlaces: places.map(({by, place, primary, replicas}) => ({
			by,
			place,
			primary: primary.address,
			replicas: replicas.map(({address}) => address),
		})),
		/**
		The uneven distributions among a cluster's primaries. The ratio is the highest value divided by the median. For
		slots, the ratio is (most − least) / mean.
		*/
		skews: topology.isCluster
			? skewsOf(topology).map(({of, ratio, most, mostValue, least, leastValue}) => ({
					of,
					ratio,
					most: {address: most.address, value: mostValue},
					least: {address: least.address, value: leastValue},
				}))
			: [],
		/**
		The shards with the most and the fewest healthy replicas, and their numbers of replicas. Null if the numbers differ
		by less than two.
		*/
		replicaImbalance: replicaImbalance(topology) ?? null,
		/** Versions and settings that differ among nodes that belong together. */
		differences: differencesIn(topology, nodes).map(({name, values}) => ({
			name,
			values: values.map(({value, nodes: those}) => ({value, nodes: [...those]})),
		})),
		/** Nodes that don't exist any more, although nodes of the cluster still list them. */
		ghosts: ghostsIn(nodes).map(({id, why, address, listedBy, pongMs}) => ({
			id,
			why,
			address: address ?? null,
			listedBy: [...listedBy],
			lastPongAt: isoTime(pongMs),
		})),
	};
}

function nodePart(node: TopologyNode) {
	const {word} = node;
	return {
		address: node.address,
		id: node.id ?? null,
		role: node.role,
		/**
		A value of `state` in the snapshot's `nodes`, or one of two further values. `gone`: not responding, and listed by no
		other node. `not-asked`: known only from other nodes' reports.
		*/
		reach: node.reach,
		lastSeenAt: isoTime(node.lastSeenMs),
		/**
		Where this node's role, flags, slots and epoch come from: the kind of report, the reporting node and the time.
		*/
		word: word === undefined ? null : {kind: word.kind, teller: word.teller, at: isoTime(word.atMs)},
		flags: [...node.flags],
		source: node.source ?? null,
		/** Number of replication links between the node and its shard's primary. */
		depth: node.depth,
		slots: node.slots.map(({first, last}) => (first === last ? `${first}` : `${first}-${last}`)),
		configEpoch: node.configEpoch ?? null,
		link: node.link ?? null,
		behindBytes: node.behindBytes ?? null,
		behindSeconds: node.behindSeconds ?? null,
		host: node.host ?? null,
		zone: node.zone ?? null,
	};
}
