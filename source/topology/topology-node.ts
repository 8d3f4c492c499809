import {slotsIn} from '../cluster/node-view.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {ReplicaLink} from '../derive/replica-links.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {MetricId} from '../domain/metric.js';
import {addressOf, type NodeAddress} from '../domain/node.js';
import type {Reach, TopologyNode, Word} from '../domain/topology.js';

/**
A line of CLUSTER NODES and the node that printed it. `isOwn`: whether the line describes the node that printed it.
*/
export type ToldLine = {
	readonly line: ClusterNode;
	readonly teller: NodeRecord;
	readonly atMs: number;
	readonly isOwn: boolean;
};

const roleFlags = new Set(['myself', 'master', 'slave', 'noflags']);

export type NodeParts = {
	readonly address: NodeAddress;
	/** The node's record; undefined for a node that only other nodes report. */
	readonly record: NodeRecord | undefined;
	readonly told?: ToldLine | undefined;
	readonly source?: NodeAddress | undefined;
	readonly link?: ReplicaLink | undefined;
	readonly depth?: number;
};

/** A node's place in the topology, from its own record and from the reports of other nodes. */
export const topologyNode = (parts: NodeParts): TopologyNode => new PlacedNode(parts);

/** Values are computed only when they are read, because a screen shows about a dozen of a thousand nodes. */
class PlacedNode implements TopologyNode {
	readonly address: NodeAddress;
	readonly source: NodeAddress | undefined;
	readonly depth: number;
	readonly slots: TopologyNode['slots'];
	readonly slotCount: number;
	readonly #record: NodeRecord | undefined;
	readonly #told: ToldLine | undefined;
	readonly #listed: ReplicaLink | undefined;

	constructor({address, record, told, source, link, depth = 0}: NodeParts) {
		this.address = address;
		this.source = source;
		this.depth = depth;
		this.slots = told?.line.slots ?? [];
		this.slotCount = slotsIn(this.slots);
		this.#record = record;
		this.#told = told;
		this.#listed = link;
	}

	get id(): TopologyNode['id'] {
		return this.#told?.line.id;
	}

	get role(): TopologyNode['role'] {
		return roleOf(this.#record, this.#told, this.source);
	}

	get reach(): Reach {
		return reachOf(this.#record);
	}

	get lastSeenMs(): number | undefined {
		return this.#record?.lastReplyAtMs;
	}

	get word(): Word | undefined {
		return wordOf(this.#record, this.#told);
	}

	get flags(): readonly string[] {
		return [...(this.#told?.line.flags ?? [])].filter(flag => !roleFlags.has(flag));
	}

	get configEpoch(): number | undefined {
		return this.#told?.line.configEpoch;
	}

	get keys(): number | undefined {
		return this.#value('keys');
	}

	get usedMemoryBytes(): number | undefined {
		return this.#value('usedMemory');
	}

	get operationsPerSecond(): number | undefined {
		return this.#value('operations');
	}

	get connectedClients(): number | undefined {
		return this.#value('connectedClients');
	}

	get link(): TopologyNode['link'] {
		return linkOf(this.#record);
	}

	get behindBytes(): number | undefined {
		return this.#listed?.behindBytes;
	}

	get behindSeconds(): number | undefined {
		return this.#listed?.behindSeconds;
	}

	get host(): string | undefined {
		return hostOf(this.#record, this.#told?.line);
	}

	get zone(): string | undefined {
		return this.#record?.sample?.info.text('server', 'availability_zone') || undefined;
	}

	#value(id: MetricId): number | undefined {
		return this.#record?.failure === undefined ? this.#record?.values.get(id) : undefined;
	}
}

function reachOf(record: NodeRecord | undefined): Reach {
	return record === undefined ? 'not-asked' : record.goneSinceMs === undefined ? record.reach : 'gone';
}

/**
The role of a node. While the node answers, it is the role that the node reports. Otherwise its last report or the
reports of other nodes count, whichever is newer.
*/
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

/**
The state of a replica's link. The link counts as down until the whole data set has arrived, even while the primary
still prepares the data.
*/
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

/**
The node's host. redis-top may connect to a node through a tunnel. So the address that the node announces identifies its
machine better than the address that redis-top connects to.
*/
function hostOf(record: NodeRecord | undefined, line: ClusterNode | undefined): string | undefined {
	// A node without an address (`:0`, `?:0`) has no known host.
	const isGhost = line !== undefined && (line.port === 0 || line.flags.has('noaddr'));
	const announced = isGhost ? undefined : line?.hostname || line?.host;
	if (announced !== undefined && announced !== '' && announced !== '?') {
		return announced;
	}

	return record?.endpoint.kind === 'tcp' ? record.endpoint.host : undefined;
}

/** The address in a line of CLUSTER NODES; undefined if the line has no address. */
export function lineAddress({host, hostname, port, flags}: ClusterNode, teller: NodeRecord): NodeAddress | undefined {
	if (port === 0 || flags.has('noaddr')) {
		return undefined;
	}

	// A node that does not know its own host prints an empty host. Then the host that redis-top connected to counts.
	const ownHost = flags.has('myself') && teller.endpoint.kind === 'tcp' ? teller.endpoint.host : undefined;
	const name = host || hostname || ownHost;
	return name === undefined ? undefined : addressOf({kind: 'tcp', host: name, port});
}
