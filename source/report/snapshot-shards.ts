import {topologyOf} from '../derive/topology/topology.js';
import type {Shard, TopologyNode} from '../domain/topology.js';
import type {MonitorState} from '../state/monitor-state.js';
import {isoTime} from './snapshot-values.js';

/** The nodes in their places, each once, with whose word it is; its figures stand with the node itself. */
export function topologyPart({nodes, isFromMemory = false, rememberedAtMs}: MonitorState) {
	const {shards, loose, sentinels, unplaced} = topologyOf(nodes);
	return {
		shards: shards.map(shardPart),
		/** Of a cluster, with neither slots nor replicas nor a primary. */
		loose: loose.map(nodePart),
		sentinels: sentinels.map(nodePart),
		/** Never reached, and nobody says where they belong. */
		unplaced: unplaced.map(nodePart),
		/** Null unless no target answered and the nodes of an earlier visit were asked. */
		rememberedFrom: isFromMemory ? isoTime(rememberedAtMs) : null,
	};
}

const shardPart = ({name, primary, replicas, slotCount}: Shard) => ({
	name,
	slotCount,
	primary: primary === undefined ? null : nodePart(primary),
	replicas: replicas.map(nodePart),
});

function nodePart(node: TopologyNode) {
	const {word} = node;
	return {
		address: node.address,
		id: node.id ?? null,
		role: node.role,
		/** As the nodes' `state`; also `gone` (silent, and named by nobody) and `not-asked` (known by hearsay). */
		reach: node.reach,
		lastSeenAt: isoTime(node.lastSeenMs),
		/** Whose word role, flags, slots and epoch are. */
		word: word === undefined ? null : {kind: word.kind, teller: word.teller, at: isoTime(word.atMs)},
		flags: [...node.flags],
		source: node.source ?? null,
		/** Steps below its shard's primary. */
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
