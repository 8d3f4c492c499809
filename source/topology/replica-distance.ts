import type {NodeRecord} from '../derive/node-record.js';
import type {Shard, TopologyNode} from '../domain/topology.js';
import type {Nodes} from './replication-edges.js';

/** How far a replica's data is behind the data of its shard's primary. Values that cannot be known are undefined. */
export type ReplicaDistance = {readonly bytes: number | undefined; readonly seconds: number | undefined};

/**
The distance of a replica from the primary of its shard. Undefined for a replica without data: it is still in its full
resync, or never had a link.

- A linked replica: `master_repl_offset` minus its offset, both from one INFO reply of its source. For a replica of a
  replica, the distances of all steps are added.
- A replica whose link is down: the primary's offset minus the replica's last offset, and the time since the link went
  down.
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

/** Converts bytes to seconds of writes at the primary's write rate; undefined if the rate is unknown or 0. */
function secondsOf(bytes: number | undefined, primary: NodeRecord | undefined): number | undefined {
	if (bytes === undefined || bytes === 0) {
		return bytes;
	}

	const rate = primary?.values.get('replicationBytes');
	return rate === undefined || rate <= 0 ? undefined : bytes / rate;
}
