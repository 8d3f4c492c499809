import type {NodeRecord, Timed} from '../derive/node-record.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {Statement} from '../domain/finding.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';

/** Layers of a failure that concern the network path to a node, not the node itself. */
const wayLayers: ReadonlySet<string> = new Set(['dns', 'tcp']);

/**
Whether a node announces an address that redis-top cannot reach, as with containers or address translation. Such a node
never answered redis-top, although an answering node has a working link to it.
*/
export function isAnnouncedUnreachable(record: NodeRecord, nodes: Nodes): boolean {
	const {address, failure, lastReplyAtMs, origin} = record;
	const isNamedByOthers = origin !== 'target' && origin !== 'remembered';
	if (!isNamedByOthers || lastReplyAtMs !== undefined || failure === undefined || !wayLayers.has(failure.layer)) {
		return false;
	}

	const answering = [...nodes.values()].filter(other => other.failure === undefined);
	// Nodes that flag this node FAIL or PFAIL do not reach it either. So the node is down, or the network between the
	// nodes is cut.
	if (answering.some(other => isFlaggedByMember(other, address))) {
		return false;
	}

	// A replica connects to its primary by itself. If the replica acknowledges while Sentinels flag the replica's
	// address, that address is wrong.
	if (answering.some(other => acknowledges(other, address))) {
		return true;
	}

	if (answering.some(other => isFlaggedBySentinel(other, address))) {
		return false;
	}

	// A Sentinel published the node's address a moment ago, so the node runs.
	return origin === 'hello' || answering.some(other => hasWorkingLink(other, record, nodes));
}

const failingFlags = ['fail', 'fail?', 's_down', 'o_down'];

const hasFailingFlag = ({flags}: {readonly flags: ReadonlySet<string>}): boolean =>
	failingFlags.some(flag => flags.has(flag));

const lineAddressIs = ({host, port}: ClusterNode, address: NodeAddress): boolean =>
	host !== '' && addressOf({kind: 'tcp', host, port}) === address;

const sentinelPeers = ({sentinel}: Pick<NodeRecord, 'sentinel'>) =>
	(sentinel?.value.primaries ?? []).flatMap(primary => [
		primary,
		...(primary.replicas ?? []),
		...(primary.sentinels ?? []),
	]);

const isFlaggedByMember = ({clusterNodes}: NodeRecord, address: NodeAddress): boolean =>
	(clusterNodes?.value ?? []).some(line => lineAddressIs(line, address) && hasFailingFlag(line));

const isFlaggedBySentinel = (record: NodeRecord, address: NodeAddress): boolean =>
	sentinelPeers(record).some(peer => peer.address === address && hasFailingFlag(peer));

/**
Seconds up to which an acknowledgement proves a working link. A replica acknowledges every second, and one
acknowledgement may be lost. Older acknowledgements prove nothing, because a primary lists a replica as `online` for
`repl-timeout` (60 s) after its last byte.
*/
const freshAckSeconds = 3;

/** Whether a primary receives the acknowledgements of a replica with this address. */
const acknowledges = ({replicas}: NodeRecord, address: NodeAddress): boolean =>
	replicas.some(
		link =>
			link.address === address &&
			link.state === 'online' &&
			link.ackAgeSeconds !== undefined &&
			link.ackAgeSeconds <= freshAckSeconds,
	);

/**
Seconds without data up to which a replica's link counts as working. A primary sends its replicas a PING every 10 s
(`repl-ping-replica-period`).
*/
const longestSilenceSeconds = 11;

/**
Whether a node refuses connections, while redis-top reaches other nodes at the addresses that they announce. Its address
is then as valid as theirs, and its process probably ended a moment ago.
*/
const isRefusedAmongReached = ({address, failure}: NodeRecord, nodes: Nodes): boolean =>
	failure?.code === 'ECONNREFUSED' &&
	[...nodes.values()].some(
		other =>
			other.address !== address &&
			other.failure === undefined &&
			other.sample !== undefined &&
			other.origin !== 'target' &&
			other.origin !== 'remembered' &&
			(other.otherNames ?? []).length === 0,
	);

/** How long before its failure a connection without an answer began, in milliseconds. A pong since then is a proof. */
const attemptMs = 2000;

/**
Whether redis-top reaches nodes of other hosts at the addresses that the cluster told it. The announced addresses then lead
to nodes from here, and no address translation is missing.
*/
export const areOthersReached = ({endpoint}: Pick<NodeRecord, 'endpoint'>, nodes: Nodes): boolean =>
	endpoint.kind === 'tcp' &&
	[...nodes.values()].some(
		other =>
			other.failure === undefined &&
			other.sample !== undefined &&
			other.origin === 'cluster' &&
			other.endpoint.kind === 'tcp' &&
			other.endpoint.host !== endpoint.host,
	);

/**
Whether nothing comes back from a node of a cluster, while redis-top reaches nodes of other hosts at the addresses that they
announce. Its host is then as probably gone as the way to it is cut.
*/
const isSilentAmongReached = (record: NodeRecord, nodes: Nodes): boolean =>
	record.failure?.code === 'ETIMEDOUT' && areOthersReached(record, nodes);

/** Time, in milliseconds since the epoch, since which a link must have been seen to work. */
function proofSinceMs(unreached: NodeRecord, reading: Timed<unknown> | undefined, nodes: Nodes): number {
	const {failingSinceMs = 0} = unreached;
	return isRefusedAmongReached(unreached, nodes)
		? failingSinceMs
		: (reading?.atMs ?? 0) > failingSinceMs && isSilentAmongReached(unreached, nodes)
			? failingSinceMs - attemptMs
			: Number.NEGATIVE_INFINITY;
}

/**
When a line's last pong came, by redis-top's clock, in milliseconds since the epoch. The clock of the server may differ.
The newest pong of all lines is at most about a second older than the reading, so the other pongs are measured from it.
*/
const pongAtMs = ({atMs, value}: Timed<readonly ClusterNode[]>, {pongReceivedMs}: ClusterNode): number =>
	atMs - (Math.max(...value.map(line => line.pongReceivedMs)) - pongReceivedMs);

/**
Whether a node has a working link to another node, which redis-top does not reach. Where the other node has probably just
ended, only what was seen after its failure counts: a link looks well until its peers have missed a reply.
*/
function hasWorkingLink({clusterNodes, sample, sentinel}: NodeRecord, unreached: NodeRecord, nodes: Nodes): boolean {
	const {address} = unreached;
	const sinceMs = proofSinceMs(unreached, clusterNodes, nodes);
	const info = sample?.info;
	// A replica reports its link as `up` until `repl-timeout`, even without data. But a primary pings its replicas every
	// ten seconds. So after a longer silence the link does not count as working.
	const silentSeconds = info?.number('replication', 'master_last_io_seconds_ago') ?? 0;
	const hasLinkedPrimary =
		info !== undefined &&
		sample !== undefined &&
		sample.atMs - silentSeconds * 1000 > sinceMs &&
		info.text('replication', 'master_link_status') === 'up' &&
		silentSeconds <= longestSilenceSeconds &&
		primaryAddress(info) === address;
	const isWellListed = (clusterNodes?.value ?? []).some(
		line =>
			lineAddressIs(line, address) &&
			line.linkState === 'connected' &&
			// 0 means that no pong is pending. When a node has just stopped, every other node has a pong pending from it.
			line.pingSentMs === 0 &&
			(clusterNodes === undefined || pongAtMs(clusterNodes, line) > sinceMs) &&
			!['handshake', 'noaddr'].some(flag => line.flags.has(flag)),
	);
	const isWellMonitored =
		(sentinel?.atMs ?? 0) > sinceMs &&
		sentinelPeers({sentinel}).some(
			// Right after a failover, and until `down-after-milliseconds`, the flags of a node that is gone look well.
			peer => peer.address === address && !peer.flags.has('disconnected') && peer.isSilent !== true,
		);
	return hasLinkedPrimary || isWellListed || isWellMonitored;
}

/** Whether a cluster lists the node at its address. */
export const isListedInCluster = ({address}: NodeRecord, nodes: Nodes): boolean =>
	[...nodes.values()].some(
		({failure, clusterNodes}) =>
			failure === undefined && clusterNodes?.value.some(line => lineAddressIs(line, address)) === true,
	);

/** The node that announces this address as its own, and that answers at another address. */
export const announcerOf = ({address}: NodeRecord, nodes: Nodes): NodeRecord | undefined =>
	[...nodes.values()].find(
		other =>
			other.address !== address &&
			other.failure === undefined &&
			other.clusterNodes?.value.some(line => line.flags.has('myself') && lineAddressIs(line, address)) === true,
	);

/** The replicas that answer, and that have no link to a primary at this address. */
export const unlinkedReplicas = ({address}: NodeRecord, nodes: Nodes): readonly NodeRecord[] =>
	[...nodes.values()].filter(
		({failure, role, sample}) =>
			failure === undefined &&
			role === 'replica' &&
			sample?.info.text('replication', 'master_link_status') === 'down' &&
			primaryAddress(sample.info) === address,
	);

/** Whether only its own message on a data node tells of the Sentinel: no node that answers was seen to reach it. */
export const isOnlyPublished = (record: NodeRecord, nodes: Nodes): boolean =>
	record.origin === 'hello' &&
	![...nodes.values()].some(other => other.failure === undefined && hasWorkingLink(other, record, nodes));

/** Whether Sentinels cannot reach the announced address either. They then cannot promote the replica. */
export const isReachedByNobody = ({address}: NodeRecord, nodes: Nodes): boolean =>
	[...nodes.values()].some(other => other.failure === undefined && isFlaggedBySentinel(other, address));

/**
The statement about a node whose announced address is not reachable. Its text follows the node's address: "10.0.0.5:6379
…".
*/
export function announcedStatement(record: NodeRecord, nodes: Nodes): Statement {
	const code = record.failure?.code ?? '-';
	const wrong = isOnlyPublished(record, nodes) ? 'its sentinel announce-ip is wrong' : undefined;
	return isReachedByNobody(record, nodes)
		? {
				problem: 'is announced by a replica and reached by nobody',
				detail: `though its primary gets its acknowledgements (${code})`,
				reason: 'replica-announce-ip or replica-announce-port is wrong',
			}
		: {
				problem: "is announced and can't be reached from here",
				detail:
					wrong === undefined ? `though other nodes reach it (${code})` : `though it publishes its address (${code})`,
				// Nothing came back: a lost packet does that as well as an address of another network.
				reason: `${code === 'ETIMEDOUT' ? 'packets are lost on the way, or ' : wrong === undefined ? '' : `${wrong}, or `}--nat-map maps it`,
			};
}
