import {nodeTimeoutOf, replicaLinkOf} from '../cluster/cluster-state.js';
import {dataObstacle} from '../cluster/replica-data.js';
import {defaultNodeTimeoutMs} from '../cluster/verdict.js';
import type {NodeRecord} from '../derive/node-record.js';
import {restartSeconds} from '../derive/restarting.js';
import type {ClusterNode, SlotRange} from '../domain/cluster.js';
import {hasReceivedSince} from './orphaned-replicas.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

/** A failover of a cluster that begins late, because the other nodes wait long before they mark the primary FAIL. */
export type WaitingFailover = {
	readonly replica: NodeRecord;
	/** `cluster-node-timeout`, milliseconds. */
	readonly nodeTimeoutMs: number;
	/** Whether the replica lost the primary a moment ago, so that this may be a restart. */
	readonly isFresh: boolean;
	/** Whether nothing at all comes back from the primary's host: a restart refuses connections instead. */
	readonly isSilent: boolean;
	/** The slots of the primary. */
	readonly slots: readonly SlotRange[];
};

const selfOf = ({clusterNodes}: NodeRecord) => clusterNodes?.value.find(({flags}) => flags.has('myself'));

/** Whether a replica with an open link to its primary gets no data and no answer to its ping since the failure. */
const isUnanswered = (replica: NodeRecord, primary: NodeRecord, line: ClusterNode | undefined): boolean =>
	line !== undefined && (line.pingSentMs > 0 || line.flags.has('fail?')) && !hasReceivedSince(replica, primary);

/** Whether a majority of the primaries with slots answers. `cluster_size` is their number. */
function hasMajority(nodes: Nodes, size: number): boolean {
	const voters = [...nodes.values()].filter(
		record => record.failure === undefined && record.role === 'primary' && (selfOf(record)?.slots.length ?? 0) > 0,
	);
	return size > 0 && voters.length > size / 2;
}

/**
The replica that may take the place of a primary that is down, while no node has marked this primary FAIL, and
`cluster-node-timeout` is longer than its default (15 s). The default counts as well where the primary's host is silent: no
planned restart looks so, and the link of the replica stays up. CLUSTER FAILOVER FORCE promotes the replica at once: the other
primaries then vote without the mark. Source: Redis cluster_legacy.c, `clusterSendFailoverAuthIfNeeded`.
*/
export function waitingFailoverOf(primaryRecord: NodeRecord, nodes: Nodes): WaitingFailover | undefined {
	const {address, failure} = primaryRecord;
	const isSilent = failure?.code === 'ETIMEDOUT' || failure?.code === 'EHOSTUNREACH';
	const nodeTimeoutMs = nodeTimeoutOf(nodes);
	if (failure?.state !== 'down' || nodeTimeoutMs < defaultNodeTimeoutMs + (isSilent ? 0 : 1)) {
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
			link !== undefined &&
			(link.isLinkUp === false || (isSilent && isUnanswered(record, primaryRecord, primary))) &&
			dataObstacle(link, nodeTimeoutMs) === undefined &&
			(record.sample?.info.number('replication', 'slave_repl_offset') ?? 0) > 0 &&
			self?.flags.has('nofailover') === false &&
			primary !== undefined &&
			primary.slots.length > 0 &&
			!primary.flags.has('fail') &&
			hasMajority(nodes, Number(record.clusterInfo?.value.get('cluster_size') ?? 0))
		);
	});
	if (replica === undefined) {
		return undefined;
	}

	const isFresh = (replicaLinkOf(replica)?.linkDownSeconds ?? 0) < restartSeconds;
	const primaryId = selfOf(replica)?.primaryId;
	const slots = replica.clusterNodes?.value.find(({id}) => id === primaryId)?.slots ?? [];
	return {replica, nodeTimeoutMs, isFresh, isSilent, slots};
}
