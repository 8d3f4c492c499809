import type {NodeRecord} from '../derive/node-record.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {Statement} from '../domain/finding.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';

/** Layers of a failure that concern the way to a node, not the node itself. */
const wayLayers: ReadonlySet<string> = new Set(['dns', 'tcp']);

/**
Whether a node announces an address that is not reachable from redis-top, as with containers or address translation.
Such a node never answered here, while a node that answers has a working link to it.
*/
export function isAnnouncedUnreachable(record: NodeRecord, nodes: Nodes): boolean {
	const {address, failure, lastReplyAtMs, origin} = record;
	const isNamedByOthers = origin !== 'target' && origin !== 'remembered';
	if (!isNamedByOthers || lastReplyAtMs !== undefined || failure === undefined || !wayLayers.has(failure.layer)) {
		return false;
	}

	const answering = [...nodes.values()].filter(other => other.failure === undefined);
	// Nodes that flag this one FAIL or PFAIL do not reach it either. So it is down, or the network between is cut.
	if (answering.some(other => flagsFailing(other, address))) {
		return false;
	}

	// A Sentinel published the node's address a moment ago, so the node runs.
	return origin === 'hello' || answering.some(other => hasWorkingLink(other, address));
}

const failingFlags = ['fail', 'fail?', 's_down', 'o_down'];

const hasFailingFlag = ({flags}: {readonly flags: ReadonlySet<string>}): boolean =>
	failingFlags.some(flag => flags.has(flag));

const lineAddressIs = ({host, port}: ClusterNode, address: NodeAddress): boolean =>
	host !== '' && addressOf({kind: 'tcp', host, port}) === address;

const sentinelPeers = ({sentinel}: NodeRecord) =>
	(sentinel?.value.primaries ?? []).flatMap(primary => [
		primary,
		...(primary.replicas ?? []),
		...(primary.sentinels ?? []),
	]);

function flagsFailing(record: NodeRecord, address: NodeAddress): boolean {
	return (
		(record.clusterNodes?.value ?? []).some(line => lineAddressIs(line, address) && hasFailingFlag(line)) ||
		sentinelPeers(record).some(peer => peer.address === address && hasFailingFlag(peer))
	);
}

/**
Age in seconds up to which an acknowledgement proves a link. A replica acknowledges every second, and one
acknowledgement may be lost. A primary lists a replica as `online` for `repl-timeout` (60 s) after its last byte, so
older ones prove nothing.
*/
const freshAckSeconds = 3;

/** Seconds without data up to which a replica's link counts as working. `repl-ping-replica-period` is 10 s. */
const longestSilenceSeconds = 11;

function hasWorkingLink(record: NodeRecord, address: NodeAddress): boolean {
	const {clusterNodes, replicas, sample} = record;
	const info = sample?.info;
	// A replica's link stays `up` for `repl-timeout` too, but a primary pings its replicas every ten seconds.
	const silentSeconds = info?.number('replication', 'master_last_io_seconds_ago') ?? 0;
	const hasLinkedPrimary =
		info !== undefined &&
		info.text('replication', 'master_link_status') === 'up' &&
		silentSeconds <= longestSilenceSeconds &&
		primaryAddress(info) === address;
	const isWellListed = (clusterNodes?.value ?? []).some(
		line =>
			lineAddressIs(line, address) &&
			line.linkState === 'connected' &&
			// 0 means that no pong is pending. When a node has just stopped, every other node waits for its pong.
			line.pingSentMs === 0 &&
			!['handshake', 'noaddr'].some(flag => line.flags.has(flag)),
	);
	const isWellMonitored = sentinelPeers(record).some(
		peer => peer.address === address && !peer.flags.has('disconnected'),
	);
	const isOnline = replicas.some(
		link =>
			link.address === address &&
			link.state === 'online' &&
			link.ackAgeSeconds !== undefined &&
			link.ackAgeSeconds <= freshAckSeconds,
	);
	return hasLinkedPrimary || isWellListed || isWellMonitored || isOnline;
}

/**
The statement about a node whose announced address is not reachable. Its text follows the node's address: "10.0.0.5:6379
…".
*/
export const announcedStatement = ({failure}: NodeRecord): Statement => ({
	problem: "is announced and can't be reached from here",
	detail: `though other nodes reach it (${failure?.code ?? '-'})`,
	reason: '--nat-map maps it',
});
