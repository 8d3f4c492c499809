import type {NodeAddress} from '../domain/node.js';
import {nodesIn, nodesOf, type Shard, type Topology} from '../domain/topology.js';
import {percent} from '../text/units.js';
import {type Difference, differencesAmong} from './differences.js';
import {sharedPlaces} from './placement.js';
import {replicaFitness} from './promotion-bars.js';
import type {Nodes} from './replication-edges.js';
import {type Skew, skewsOf} from './skew.js';
import {topologyOf} from './topology.js';

/** A remark that compares a node with other nodes: its title and its text. */
export type NodeRemark = readonly [about: string, text: string];

/**
Groups of nodes that belong together: all nodes of a cluster. Outside a cluster: a primary with its replicas. One session
may look at a cluster and at other deployments too, so a shard without ids of a cluster is a group of its own.
*/
export function groupsIn({shards}: Topology): ReadonlyArray<ReadonlyArray<{readonly address: NodeAddress}>> {
	const [ofCluster, others] = [true, false].map(isOfCluster =>
		shards.map(nodesOf).filter(nodes => nodes.some(({id}) => id !== undefined) === isOfCluster),
	);
	return [...(ofCluster?.length ? [ofCluster.flat()] : []), ...(others ?? [])];
}

/** The settings and versions that differ within a group. */
export function differencesIn(topology: Topology, nodes: Nodes): Difference[] {
	return groupsIn(topology).flatMap(group =>
		differencesAmong(
			new Map(
				group.flatMap(({address}) => {
					const record = nodes.get(address);
					return record === undefined ? [] : [[address, record] as const];
				}),
			),
		),
	);
}

/** Remarks on a node that need a comparison with other nodes. Computed only while the node's details are open. */
export function nodeRemarks(address: NodeAddress, nodes: Nodes): NodeRemark[] {
	const topology = topologyOf(nodes);
	const shard = topology.shards.find(each => nodesOf(each).some(node => node.address === address));
	const isPlaced = nodesIn(topology).some(node => node.address === address);
	return !isPlaced || shard === undefined
		? []
		: [
				...successionRemarks(address, shard, topology, nodes),
				...placeRemarks(address, topology),
				...skewRemarks(address, topology),
				...differenceRemarks(address, topology, nodes),
			];
}

function successionRemarks(address: NodeAddress, shard: Shard, {isCluster}: Topology, nodes: Nodes): NodeRemark[] {
	const fitness = replicaFitness(shard, nodes, isCluster);
	const own = fitness.find(replica => replica.address === address);
	if (own !== undefined) {
		return [['could be promoted', own.why.length === 0 ? 'nothing is known against it' : `no: ${own.why.join(', ')}`]];
	}

	if (shard.primary?.address !== address || (fitness.length === 0 && shard.slotCount === 0)) {
		return [];
	}

	const fit = fitness.filter(({why}) => why.length === 0).map(replica => replica.address);
	return [['could be replaced by', fit.length === 0 ? '! nobody' : fit.join(', ')]];
}

function placeRemarks(address: NodeAddress, topology: Topology): NodeRemark[] {
	const {places, isOneHost} = sharedPlaces(topology);
	return isOneHost
		? []
		: places
				.filter(({primary, replicas}) => [primary, ...replicas].some(node => node.address === address))
				.map(({by, place, primary, replicas}) => [
					`shares its ${by}`,
					`${place} with ${[primary, ...replicas].flatMap(node => (node.address === address ? [] : node.address)).join(', ')}`,
				]);
}

/** Least imbalance of slots, (most − least) / mean, that a remark mentions. The thresholds of the rules are higher. */
const leastSlotSpread = 0.1;
const leastLoadRatio = 1.5;

function skewRemarks(address: NodeAddress, topology: Topology): NodeRemark[] {
	return skewsOf(topology).flatMap((skew): NodeRemark[] =>
		skew.ratio < (skew.of === 'slots' ? leastSlotSpread : leastLoadRatio) || skew.most.address !== address
			? []
			: [['has the most', skewText(skew)]],
	);
}

const skewText = ({of, ratio}: Skew): string =>
	of === 'slots'
		? `slots, ${percent(ratio)} of an even share more than the least`
		: `${of}, ${ratio.toFixed(1)} times the median primary's`;

/** Remarks on settings and versions in which this node differs from most other nodes. */
function differenceRemarks(address: NodeAddress, topology: Topology, nodes: Nodes): NodeRemark[] {
	return differencesIn(topology, nodes).flatMap(({name, values}): NodeRemark[] => {
		const own = values.find(each => each.nodes.includes(address));
		const usual = values[0];
		return own === undefined || usual === undefined || own === usual
			? []
			: [['differs', `${name} is ${shown(own.value)}, on ${usual.nodes.length} others ${shown(usual.value)}`]];
	});
}

const shown = (value: string): string => (value === '' ? '""' : value);
