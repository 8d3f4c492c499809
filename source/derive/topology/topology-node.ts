import type {ClusterNode} from '../../domain/cluster.js';
import {addressOf, type NodeAddress} from '../../domain/node.js';
import type {Reach, TopologyNode, Word} from '../../domain/topology.js';
import {slotsIn} from '../cluster/node-view.js';
import type {NodeRecord} from '../node-record.js';
import type {ReplicaLink} from '../replica-links.js';

/** A line of CLUSTER NODES with who printed it; `isOwn` where that is the node itself. */
export type ToldLine = {
	readonly line: ClusterNode;
	readonly teller: NodeRecord;
	readonly atMs: number;
	readonly isOwn: boolean;
};

const roleFlags = new Set(['myself', 'master', 'slave', 'noflags']);

export type NodeParts = {
	readonly address: NodeAddress;
	/** Undefined for a node known by hearsay only. */
	readonly record: NodeRecord | undefined;
	readonly told?: ToldLine | undefined;
	readonly source?: NodeAddress | undefined;
	readonly link?: ReplicaLink | undefined;
	readonly depth?: number;
};

/** What is known of one node, from its own record and from what others say. */
export function topologyNode({address, record, told, source, link, depth = 0}: NodeParts): TopologyNode {
	const info = record?.sample?.info;
	const line = told?.line;
	const values = record?.failure === undefined ? record?.values : undefined;
	return {
		address,
		id: line?.id,
		role: roleOf(record, told, source),
		reach: reachOf(record),
		lastSeenMs: record?.lastReplyAtMs,
		word: wordOf(record, told),
		flags: line === undefined ? [] : [...line.flags].filter(flag => !roleFlags.has(flag)),
		depth,
		source,
		slots: line?.slots ?? [],
		slotCount: slotsIn(line?.slots ?? []),
		configEpoch: line?.configEpoch,
		keys: values?.get('keys'),
		usedMemoryBytes: values?.get('usedMemory'),
		operationsPerSecond: values?.get('operations'),
		connectedClients: values?.get('connectedClients'),
		link: linkOf(record),
		behindBytes: link?.behindBytes,
		behindSeconds: link?.behindSeconds,
		host: hostOf(record, line),
		zone: info?.text('server', 'availability_zone') || undefined,
	};
}

function reachOf(record: NodeRecord | undefined): Reach {
	return record === undefined ? 'not-asked' : record.goneSinceMs === undefined ? record.reach : 'gone';
}

/** The node's own word while it answers, else the newer of what others say and what it said last. */
function roleOf(
	record: NodeRecord | undefined,
	told: ToldLine | undefined,
	source: NodeAddress | undefined,
): TopologyNode['role'] {
	const own = record?.role ?? 'unknown';
	if (own !== 'unknown' && (record?.failure === undefined || told === undefined)) {
		return own;
	}

	if (told !== undefined) {
		return told.line.flags.has('master') ? 'primary' : told.line.flags.has('slave') ? 'replica' : own;
	}

	return source === undefined ? own : 'replica';
}

function wordOf(record: NodeRecord | undefined, told: ToldLine | undefined): Word | undefined {
	const answersNow = record?.sample !== undefined && record.failure === undefined;
	if (record !== undefined && record.sample !== undefined && (answersNow || told === undefined || told.isOwn)) {
		const atMs = told?.isOwn === true ? told.atMs : record.sample.atMs;
		return {kind: answersNow ? 'itself' : 'memory', teller: record.address, atMs};
	}

	return told === undefined ? undefined : {kind: 'other', teller: told.teller.address, atMs: told.atMs};
}

/** A link counts as down until the data set has come, also while the primary only prepares it. */
function linkOf(record: NodeRecord | undefined): TopologyNode['link'] {
	const info = record?.failure === undefined ? record?.sample?.info : undefined;
	if (info === undefined || record?.role !== 'replica') {
		return undefined;
	}

	if (info.number('replication', 'master_sync_in_progress') === 1) {
		return 'syncing';
	}

	const status = info.text('replication', 'master_link_status');
	return status === 'up' || status === 'down' ? status : undefined;
}

/** What it calls itself towards others says more of the machine than how we got there (a tunnel, a mapped port). */
function hostOf(record: NodeRecord | undefined, line: ClusterNode | undefined): string | undefined {
	const announced = line?.hostname || line?.host;
	if (announced !== undefined && announced !== '') {
		return announced;
	}

	return record?.endpoint.kind === 'tcp' ? record.endpoint.host : undefined;
}

/** The address that a line gives; undefined for a node that has none. */
export function lineAddress({host, hostname, port, flags}: ClusterNode, teller: NodeRecord): NodeAddress | undefined {
	if (port === 0 || flags.has('noaddr')) {
		return undefined;
	}

	// A node that doesn't know its own host yet leaves it empty: it is where we asked.
	const ownHost = flags.has('myself') && teller.endpoint.kind === 'tcp' ? teller.endpoint.host : undefined;
	const name = host || hostname || ownHost;
	return name === undefined ? undefined : addressOf({kind: 'tcp', host: name, port});
}
