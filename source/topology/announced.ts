import type {NodeRecord} from '../derive/node-record.js';
import {primaryAddress} from '../derive/replication-peers.js';
import type {Statement} from '../domain/finding.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';

/** Layers at which the way to a node fails, not the node. */
const wayLayers: ReadonlySet<string> = new Set(['dns', 'tcp']);

/**
Whether a node announces an address that is good where it runs and not from here (containers, address translation): it
never answered here, while a node that answers has a working link to it.
*/
export function isAnnouncedUnreachable(record: NodeRecord, nodes: Nodes): boolean {
	const {address, failure, lastReplyAtMs, origin} = record;
	const isNamedByOthers = origin !== 'target' && origin !== 'remembered';
	if (!isNamedByOthers || lastReplyAtMs !== undefined || failure === undefined || !wayLayers.has(failure.layer)) {
		return false;
	}

	// A Sentinel published its address a moment ago, so that it runs.
	return (
		origin === 'hello' ||
		[...nodes.values()].some(other => other.failure === undefined && hasWorkingLink(other, address))
	);
}

function hasWorkingLink({clusterNodes, replicas, sample, sentinel}: NodeRecord, address: NodeAddress): boolean {
	const info = sample?.info;
	const hasLinkedPrimary =
		info !== undefined && info.text('replication', 'master_link_status') === 'up' && primaryAddress(info) === address;
	const isWellListed = (clusterNodes?.value ?? []).some(
		({host: name, port: at, flags, linkState, pingSentMs}) =>
			name !== '' &&
			addressOf({kind: 'tcp', host: name, port: at}) === address &&
			linkState === 'connected' &&
			// 0: no pong is awaited. Of a node that stopped a moment ago everybody waits for one.
			pingSentMs === 0 &&
			!['fail', 'fail?', 'handshake', 'noaddr'].some(flag => flags.has(flag)),
	);
	const isWellMonitored = (sentinel?.value.primaries ?? []).some(primary =>
		[primary, ...(primary.replicas ?? []), ...(primary.sentinels ?? [])].some(
			peer => peer.address === address && !['s_down', 'o_down', 'disconnected'].some(flag => peer.flags.has(flag)),
		),
	);
	const isOnline = replicas.some(link => link.address === address && link.state === 'online');
	return hasLinkedPrimary || isWellListed || isWellMonitored || isOnline;
}

/** What completes "10.0.0.5:6379 …" of such a node. */
export const announcedStatement = ({failure}: NodeRecord): Statement => ({
	problem: "is announced and can't be reached from here",
	detail: `though other nodes reach it (${failure?.code ?? '-'})`,
	reason: '--nat-map maps it',
});
