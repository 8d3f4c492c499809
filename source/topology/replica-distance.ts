import type {NodeRecord} from '../derive/node-record.js';
import type {Shard, TopologyNode} from '../domain/topology.js';
import type {Nodes} from './replication-edges.js';

/** How far the data of a replica is behind that of its shard's primary. What cannot be known is undefined. */
export type ReplicaDistance = {readonly bytes: number | undefined; readonly seconds: number | undefined};

/**
The distance of a replica from the primary of its shard, or undefined for a replica without data: one that copies still,
or that never had a link.

- A linked replica: `master_repl_offset` less its offset, both from one INFO reply of its source; of a replica of a
  replica, the distances of each step together.
- A replica whose link is down: the primary's offset less the replica's own, which stands still, and the time that its
  link has been down.
*/
export function replicaDistance(
	node: TopologyNode,
	shard: Shard,
	nodes: Nodes,
	steps = shard.replicas.length,
): ReplicaDistance | undefined {
	const record = nodes.get(node.address);
	const info = record?.failure === undefined ? record?.sample?.info : undefined;
	const downSeconds = info?.number('replication', 'master_link_down_since_seconds');
	if (node.link === 'syncing' || (node.link === 'down' && (downSeconds ?? 0) < 0)) {
		return undefined;
	}

	const primary = shard.primary && nodes.get(shard.primary.address);
	if (node.link === 'down') {
		const bytes = offsetDifference(primary, record);
		return {bytes, seconds: downSeconds ?? secondsOf(bytes, primary)};
	}

	const own: ReplicaDistance = {
		bytes: node.behindBytes,
		seconds: node.behindSeconds ?? secondsOf(node.behindBytes, primary),
	};
	const source = shard.replicas.find(({address}) => address === node.source);
	const above = source === undefined || steps <= 0 ? undefined : replicaDistance(source, shard, nodes, steps - 1);
	return source === undefined ? own : {bytes: sum(own.bytes, above?.bytes), seconds: sum(own.seconds, above?.seconds)};
}

const sum = (one: number | undefined, other: number | undefined): number | undefined =>
	one === undefined || other === undefined ? undefined : one + other;

function offsetDifference(primary: NodeRecord | undefined, replica: NodeRecord | undefined): number | undefined {
	const written = primary?.sample?.info.number('replication', 'master_repl_offset');
	const copied = replica?.sample?.info.number('replication', 'slave_repl_offset');
	return written === undefined || copied === undefined ? undefined : Math.max(0, written - copied);
}

/** Bytes in seconds of writes at the primary's rate; undefined where the rate is unknown or 0. */
function secondsOf(bytes: number | undefined, primary: NodeRecord | undefined): number | undefined {
	if (bytes === undefined || bytes === 0) {
		return bytes;
	}

	const rate = primary?.values.get('replicationBytes');
	return rate === undefined || rate <= 0 ? undefined : bytes / rate;
}
