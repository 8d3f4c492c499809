import {createHash} from 'node:crypto';
import type {ClusterInfo, ClusterNode, LastingLine, SlotRange} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress, NodeId} from '../domain/node.js';

/**
The state of a replica's link to its primary (INFO replication), and the setting that limits how long the link may be
down.
*/
export type ReplicaLinkState = {
	readonly isLinkUp: boolean | undefined;
	/** `master_link_down_since_seconds`; -1 when there never was a link; undefined if INFO lacks the field. */
	readonly linkDownSeconds: number | undefined;
	/** The replica's `cluster-replica-validity-factor`; undefined if CONFIG GET is denied. */
	readonly validityFactor?: number | undefined;
};

/** The reply of one node about its cluster, with the time of its arrival. */
export type NodeView = {
	/** The address by which redis-top reaches the node. */
	readonly address: NodeAddress;
	/** When the reply to CLUSTER NODES arrived, milliseconds since the epoch. */
	readonly atMs: number;
	readonly nodes: readonly ClusterNode[];
	readonly info: ClusterInfo | undefined;
	/** The node's number of keys; undefined if INFO keyspace was not answered. */
	readonly keys?: number | undefined;
	/** The state of the replication link; undefined for a primary. */
	readonly replica?: ReplicaLinkState | undefined;
	/** `uptime_in_seconds`; undefined if INFO server was not answered. */
	readonly uptimeSeconds?: number | undefined;
};

/** A parsed view, in the form in which views are compared. */
export type ReadView = {
	readonly address: NodeAddress;
	readonly atMs: number;
	readonly keys: number | undefined;
	readonly replica: ReplicaLinkState | undefined;
	readonly uptimeSeconds: number | undefined;
	/** The node's line about itself. By the facts in this line, the node accepts or refuses its clients' commands. */
	readonly self: ClusterNode;
	/**
	A line for every node. Equal views share this map. The line about the node itself may therefore come from another
	node's view.
	*/
	readonly lines: ReadonlyMap<NodeId, LastingLine>;
	/** Nodes that the asked node flags FAIL (a majority agreed), or whose address it does not know. */
	readonly failed: ReadonlySet<NodeId>;
	/** Nodes that the asked node flags PFAIL (`fail?`), which is its own opinion. */
	readonly suspected: ReadonlySet<NodeId>;
	/**
	A digest of the owners of all slots, equal for views with the same owners. `redis-cli --cluster check` compares the
	same data.
	*/
	readonly signature: string;
	/** The number of primaries with slots in this view. */
	readonly size: number;
	/** The number of primaries with slots that the asked node reaches. */
	readonly sizeReached: number;
	/** `cluster_state`, `ok` or `fail`; undefined if CLUSTER INFO was not answered. */
	readonly state: string | undefined;
	readonly currentEpoch: number | undefined;
};

type ParsedView = Omit<ReadView, 'address' | 'atMs' | 'keys' | 'replica' | 'uptimeSeconds' | 'state' | 'currentEpoch'>;

export const isPrimaryLine = ({flags}: LastingLine): boolean => flags.has('master');

/**
Parses a view. Undefined for a reply without the asked node's own line (`myself`). Such a reply can't be compared.
*/
export function readView(view: NodeView): ReadView | undefined {
	const {address, atMs, keys, nodes, info, replica, uptimeSeconds} = view;
	const parts = partsOf(nodes);
	if (parts === undefined) {
		return undefined;
	}

	const epoch = Number(info?.get('cluster_current_epoch') ?? Number.NaN);
	const currentEpoch = Number.isFinite(epoch) ? epoch : undefined;
	return {...parts, address, atMs, keys, replica, uptimeSeconds, state: info?.get('cluster_state'), currentEpoch};
}

/** The lines of a reply. Equal replies return the same object. */
export const linesIn = (nodes: readonly ClusterNode[]): ReadView['lines'] | undefined => partsOf(nodes)?.lines;

/** Parsed views by reply. The same reply is compared often, and for a thousand nodes parsing would be the main cost. */
const partsOf = memoizeByRef(parseView);

/**
Number of different views that are kept, so that equal views can share their parts. During a split the nodes have two
different views, and up to two views remain from before the split.
*/
const viewsKept = 4;
/** The latest views that differ from each other, the newest first. */
let latestViews: readonly ParsedView[] = [];

function parseView(nodes: readonly ClusterNode[]): ParsedView | undefined {
	const self = nodes.find(({flags}) => flags.has('myself'));
	if (self === undefined) {
		return undefined;
	}

	const same = latestViews.find(parts => isSameView(parts, nodes, self));
	if (same !== undefined) {
		return {...same, self};
	}

	const having = (...flags: readonly string[]) =>
		new Set(nodes.filter(node => node !== self && flags.some(flag => node.flags.has(flag))).map(({id}) => id));
	const failed = having('fail', 'noaddr');
	const suspected = having('fail?');
	const owners = nodes.filter(node => isPrimaryLine(node) && node.slots.length > 0);
	const parts = {
		self,
		lines: new Map(nodes.map(node => [node.id, lastingLine(node)])),
		failed,
		suspected,
		signature: signatureOf(owners),
		size: owners.length,
		sizeReached: owners.filter(({id}) => !failed.has(id) && !suspected.has(id)).length,
	};
	latestViews = [parts, ...latestViews].slice(0, viewsKept);
	return parts;
}

/**
Whether a view is equal to an earlier view. In a cluster at rest all views are equal and share one map of lines.
Comparing, counting and drawing a thousand views then takes as long as for one view. Only the asked node's own line has
the flag `myself`, so own lines are compared without that flag.
*/
function isSameView({self: earlier, lines}: ParsedView, nodes: readonly ClusterNode[], self: ClusterNode): boolean {
	if (lines.size !== nodes.length || isFlaggedFailing(self) || isFlaggedFailing(earlier)) {
		return false;
	}

	const isSame = nodes.every(node => {
		const line = lines.get(node.id);
		if (line === undefined) {
			return false;
		}

		return node.id === self.id || node.id === earlier.id ? isSameLineByOthers(line, node) : isSameLine(line, node);
	});
	// The number of lines alone is not enough: a reply that lists one node twice may lack another node.
	return isSame && new Set(nodes.map(({id}) => id)).size === nodes.length;
}

const isFlaggedFailing = ({flags}: LastingLine): boolean => ['fail', 'fail?', 'noaddr'].some(flag => flags.has(flag));

/**
Whether two lines about one node agree, apart from open slots and the flag `myself`. Both are only in a node's own line.
*/
const isSameLineByOthers = (line: LastingLine, node: LastingLine): boolean =>
	isSamePlace(line, node) &&
	[...line.flags].filter(isShared).join() === [...node.flags].filter(isShared).join() &&
	rangesText(line.slots) === rangesText(node.slots);

const isShared = (flag: string): boolean => flag !== 'myself';

/**
Lines by the list of the node's slots. The parser returns equal slot lists of a node as the same object, so the list
finds the node's line.
*/
const lastingLines = new WeakMap<ClusterNode['slots'], LastingLine>();

/**
The node's line without its times, shared by all views. Lines with times would take 8 MB for each kept comparison of a
thousand views.
*/
function lastingLine(node: ClusterNode): LastingLine {
	const known = lastingLines.get(node.slots);
	if (known !== undefined && isSameLine(known, node)) {
		return known;
	}

	const {pingSentMs: _, pongReceivedMs: __, ...line} = node;
	lastingLines.set(node.slots, line);
	return line;
}

// Fields are compared one by one: a loop over their names takes four times as long.
const isSameLine = (line: LastingLine, node: LastingLine): boolean =>
	line.slots === node.slots &&
	line.flags === node.flags &&
	line.openSlots === node.openSlots &&
	isSamePlace(line, node);

const isSamePlace = (line: LastingLine, node: LastingLine): boolean =>
	line.id === node.id &&
	line.host === node.host &&
	line.port === node.port &&
	line.busPort === node.busPort &&
	line.hostname === node.hostname &&
	line.primaryId === node.primaryId &&
	line.configEpoch === node.configEpoch &&
	line.linkState === node.linkState;

const rangesText = (ranges: readonly SlotRange[]): string =>
	ranges.map(({first, last}) => `${first}-${last}`).join(',');

/**
The signature of a view: the first eight digits of a SHA-1 over the sorted `id:ranges` of the primaries with slots.
*/
function signatureOf(owners: readonly ClusterNode[]): string {
	const lines = owners.map(({id, slots}) => `${id}:${rangesText(slots)}`);
	return createHash('sha1').update(lines.sort().join('\n')).digest('hex').slice(0, 8);
}

/**
The number of primaries that makes a majority: more than half of the primaries with slots. Source: Redis cluster.c,
`clusterUpdateState`.
*/
export const majorityOf = (size: number): number => Math.floor(size / 2) + 1;

/**
Whether a node, by its own view, reaches a majority of the primaries with slots. A primary with slots also counts
itself. A node without a majority refuses writes.
*/
export const seesMajority = ({size, sizeReached}: ReadView): boolean => sizeReached >= majorityOf(size);

export const slotsIn = (ranges: readonly SlotRange[]): number =>
	ranges.reduce((sum, {first, last}) => sum + last - first + 1, 0);
