import type {NodeRecord} from '../derive/node-record.js';
import {primaryAddress} from '../derive/replication-peers.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {Nodes} from './replication-edges.js';

/** Failures of the way to a node, not of the node. */
const wayLayers: ReadonlySet<string> = new Set(['dns', 'tcp']);

/**
A node that never answered here while another, that does, has it linked and well: the address it announces is good where
it stands and not from here (containers, address translation).
*/
export function isAnnouncedUnreachable(record: NodeRecord, nodes: Nodes): boolean {
	const {address, failure, lastReplyAtMs, origin} = record;
	const isNamedByOthers = origin !== 'target' && origin !== 'remembered';
	if (!isNamedByOthers || lastReplyAtMs !== undefined || failure === undefined || !wayLayers.has(failure.layer)) {
		return false;
	}

	// A sentinel that said where it is a moment ago is well.
	return (
		origin === 'hello' || [...nodes.values()].some(other => other.failure === undefined && holdsWell(other, address))
	);
}

function holdsWell({clusterNodes, replicas, sample, sentinel}: NodeRecord, address: NodeAddress): boolean {
	const info = sample?.info;
	const hasLinkedPrimary =
		info !== undefined && info.text('replication', 'master_link_status') === 'up' && primaryAddress(info) === address;
	const isWellListed = (clusterNodes?.value ?? []).some(
		({host: name, port: at, flags, linkState, pingSentMs}) =>
			name !== '' &&
			addressOf({kind: 'tcp', host: name, port: at}) === address &&
			linkState === 'connected' &&
			// Of one that died a moment ago everybody waits for a pong.
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

/** Completes "10.0.0.5:6379 …" */
export const announcedWords = ({failure}: NodeRecord): string =>
	`is announced and can't be reached from here, though other nodes reach it (${failure?.code ?? '-'}): --nat-map maps it`;
