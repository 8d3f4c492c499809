import {nodeTimeoutOf, replicaLinkOf} from '../cluster/cluster-state.js';
import {dataObstacle} from '../cluster/replica-data.js';
import {defaultNodeTimeoutMs} from '../cluster/verdict.js';
import type {NodeRecord} from '../derive/node-record.js';
import {restartSeconds} from '../derive/restarting.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

/** A failover of a cluster that begins late, because the other nodes wait long before they mark the primary FAIL. */
export type WaitingFailover = {
	readonly replica: NodeRecord;
	/** `cluster-node-timeout`, milliseconds. */
	readonly nodeTimeoutMs: number;
	/** Whether the replica lost the primary a moment ago, so that this may be a restart. */
	readonly isFresh: boolean;
};

const selfOf = ({clusterNodes}: NodeRecord) => clusterNodes?.value.find(({flags}) => flags.has('myself'));

/** Whether a majority of the primaries with slots answers. `cluster_size` is their number. */
function hasMajority(nodes: Nodes, size: number): boolean {
	const voters = [...nodes.values()].filter(
		record => record.failure === undefined && record.role === 'primary' && (selfOf(record)?.slots.length ?? 0) > 0,
	);
	return size > 0 && voters.length > size / 2;
}

/**
The replica that may take the place of a primary that is down, while no node has marked this primary FAIL, and
`cluster-node-timeout` is longer than its default (15 s). CLUSTER FAILOVER FORCE promotes the replica at once: the other
primaries then vote without the mark. Source: Redis cluster_legacy.c, `clusterSendFailoverAuthIfNeeded`.
*/
export function waitingFailoverOf({address, failure}: NodeRecord, nodes: Nodes): WaitingFailover | undefined {
	const nodeTimeoutMs = nodeTimeoutOf(nodes);
	if (failure?.state !== 'down' || nodeTimeoutMs <= defaultNodeTimeoutMs) {
		return undefined;
	}

	const sameNode = nodeFinder(nodes);
	const replica = [...nodes.values()].find(record => {
		const named = primaryNamedBy(record);
		const link = replicaLinkOf(record);
		const self = selfOf(record);
		const primary = record.clusterNodes?.value.find(({id}) => id === self?.primaryId);
		return (
			record.failure === undefined &&
			named !== undefined &&
			sameNode(named) === address &&
			link?.isLinkUp === false &&
			dataObstacle(link, nodeTimeoutMs) === undefined &&
			(record.sample?.info.number('replication', 'slave_repl_offset') ?? 0) > 0 &&
			self?.flags.has('nofailover') === false &&
			primary !== undefined &&
			primary.slots.length > 0 &&
			!primary.flags.has('fail') &&
			hasMajority(nodes, Number(record.clusterInfo?.value.get('cluster_size') ?? 0))
		);
	});
	return replica === undefined
		? undefined
		: {replica, nodeTimeoutMs, isFresh: (replicaLinkOf(replica)?.linkDownSeconds ?? 0) < restartSeconds};
}
