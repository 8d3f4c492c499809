import type {ClusterState} from '../../cluster/cluster-state.js';
import {primaryAddress} from '../../derive/replication-peers.js';
import type {BusLinks} from '../../domain/bus-links.js';
import type {ClusterNode} from '../../domain/cluster.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {addressOf, type NodeId} from '../../domain/node.js';
import {connectedReplicas} from '../../parse/info-fields.js';
import type {NodeRecord, ReplicaLink} from '../../state/monitor-state.js';
import {rangeTexts, viewPart} from './snapshot-cluster.js';
import {isoTime, sectionReader} from './snapshot-values.js';

/** A node's links of the cluster bus. Null outside clusters, before Redis 7.0, and until the links were read. */
export function busLinksPart({busLinks}: NodeRecord, nameOf: (id: NodeId) => string, nowMs: number) {
	return busLinks === undefined
		? null
		: {ageMs: Math.max(0, nowMs - busLinks.atMs), ...linksPart(busLinks.value, nameOf)};
}

const linksPart = ({present, expected, gaps, unsentBytes, backlogs}: BusLinks, nameOf: (id: NodeId) => string) => ({
	present,
	/** The expected number of links: one in each direction for each known peer that is not marked FAIL. */
	expected,
	missing: gaps.map(({direction, peer, isConfirmed}) => ({
		direction,
		peer: nameOf(peer),
		/**
		True for a link that is missing in two successive readings. A healthy node reconnects a lost link within 0.1 s.
		*/
		isConfirmed,
	})),
	unsentBytes,
	/** The links with many unsent bytes, sorted by the number of these bytes, highest first. */
	waiting: backlogs.map(({direction, peer, unsentBytes: waiting, beforeBytes}) => ({
		direction,
		peer: nameOf(peer),
		unsentBytes: waiting,
		/** The unsent bytes in the previous reading; null in the first reading. */
		beforeBytes: beforeBytes ?? null,
	})),
});

export function replicationPart(info: InfoReply, replicas: readonly ReplicaLink[]) {
	const {number, text, flag} = sectionReader(info, 'replication');
	return {
		replicationId: text('master_replid'),
		offset: number('master_repl_offset'),
		backlog: {
			isActive: flag('repl_backlog_active'),
			sizeBytes: number('repl_backlog_size'),
			historyBytes: number('repl_backlog_histlen'),
		},
		/** The primary of this node; null unless the node is a replica. */
		primary: primaryPart(info),
		connectedReplicas: connectedReplicas(info) ?? null,
		replicas: replicas.map(({address, state, offset, behindBytes, behindSeconds, ackAgeSeconds}) => ({
			address,
			state,
			offset: offset ?? null,
			behindBytes: behindBytes ?? null,
			behindSeconds: behindSeconds ?? null,
			ackAgeSeconds: ackAgeSeconds ?? null,
		})),
	};
}

function primaryPart(info: InfoReply) {
	const {number, text, flag, unlessNegative} = sectionReader(info, 'replication');
	const address = primaryAddress(info);
	return address === undefined
		? null
		: {
				address,
				link: text('master_link_status'),
				lastReplySeconds: unlessNegative('master_last_io_seconds_ago'),
				linkDownSeconds: unlessNegative('master_link_down_since_seconds'),
				isSyncing: flag('master_sync_in_progress'),
				offset: number('slave_repl_offset'),
				isReadOnly: flag('slave_read_only'),
				priority: number('slave_priority'),
			};
}

/** This node's view of its cluster; null before it reported a view. */
export function clusterPart(record: NodeRecord, watch: ClusterState | undefined, nowMs: number) {
	const {address, clusterInfo, clusterNodes} = record;
	const nameOf = (id: NodeId): string => watch?.comparison.nameOf(id) ?? id;
	if (clusterInfo === undefined && clusterNodes === undefined) {
		return null;
	}

	return {
		ageMs: Math.max(0, nowMs - Math.max(clusterInfo?.atMs ?? 0, clusterNodes?.atMs ?? 0)),
		view: viewPart(address, watch),
		busLinks: busLinksPart(record, nameOf, nowMs),
		info: clusterInfo === undefined ? null : Object.fromEntries(clusterInfo.value),
		nodes: clusterNodes === undefined ? null : clusterNodes.value.map(clusterNodePart),
	};
}

function clusterNodePart(node: ClusterNode) {
	return {
		id: node.id,
		address: node.host === '' ? null : addressOf({kind: 'tcp', host: node.host, port: node.port}),
		hostname: node.hostname ?? null,
		role: node.flags.has('master') ? 'primary' : node.flags.has('slave') ? 'replica' : 'unknown',
		flags: [...node.flags],
		primaryId: node.primaryId ?? null,
		configEpoch: node.configEpoch,
		link: node.linkState,
		/** When the PING that waits for its PONG was sent over the cluster bus; null while no PING waits. */
		pingSentAt: node.pingSentMs === 0 ? null : isoTime(node.pingSentMs),
		/** When the last PONG arrived over the cluster bus; null before the first PONG. */
		pongReceivedAt: node.pongReceivedMs === 0 ? null : isoTime(node.pongReceivedMs),
		slots: rangeTexts(node.slots),
		slotCount: node.slots.reduce((sum, {first, last}) => sum + last - first + 1, 0),
		openSlots: node.openSlots.map(({slot, direction, peer}) => ({slot, direction, peer})),
	};
}
