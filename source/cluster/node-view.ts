import {createHash} from 'node:crypto';
import type {ClusterInfo, ClusterNode, LastingLine, SlotRange} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress, NodeId} from '../domain/node.js';

/** What a replica says of its link to its primary (INFO replication), and how long that link may be down. */
export type ReplicaLinkState = {
	readonly isLinkUp: boolean | undefined;
	/** `master_link_down_since_seconds`; -1 when there never was a link. */
	readonly linkDownSeconds: number | undefined;
	/** Its `cluster-replica-validity-factor`; undefined where CONFIG GET is denied. */
	readonly validityFactor?: number | undefined;
};

/** What one node that answers says of its cluster, and when its answer came. */
export type NodeView = {
	/** Where redis-top reaches the node. */
	readonly address: NodeAddress;
	/** When the node's CLUSTER NODES came, milliseconds since the epoch. */
	readonly atMs: number;
	readonly nodes: readonly ClusterNode[];
	readonly info: ClusterInfo | undefined;
	/** The node's number of keys; undefined where INFO keyspace was not answered. */
	readonly keys?: number | undefined;
	/** Undefined for a primary. */
	readonly replica?: ReplicaLinkState | undefined;
};

/** A view in the form in which views are compared. */
export type ReadView = {
	readonly address: NodeAddress;
	readonly atMs: number;
	readonly keys: number | undefined;
	readonly replica: ReplicaLinkState | undefined;
	/** The asked node's own line. It decides what clients of that node can do. */
	readonly self: ClusterNode;
	/** A line for every node. Equal views share this map, so the asked node's own line here may come from another view. */
	readonly lines: ReadonlyMap<NodeId, LastingLine>;
	/** Nodes that it flags FAIL (a majority agreed on it), or that it has no address of. */
	readonly failed: ReadonlySet<NodeId>;
	/** Nodes that it flags PFAIL (`fail?`): its own opinion. */
	readonly suspected: ReadonlySet<NodeId>;
	/** Equal for views that name the same owner for every slot; `redis-cli --cluster check` compares the same. */
	readonly signature: string;
	/** Primaries with slots in this view, and how many of them the node reaches. */
	readonly size: number;
	readonly sizeReached: number;
	/** `cluster_state`: `ok`, `fail`; undefined where CLUSTER INFO was not answered. */
	readonly state: string | undefined;
	readonly currentEpoch: number | undefined;
};

type ParsedView = Omit<ReadView, 'address' | 'atMs' | 'keys' | 'replica' | 'state' | 'currentEpoch'>;

export const isPrimaryLine = ({flags}: LastingLine): boolean => flags.has('master');

/** Undefined for a reply without the asked node's own line (`myself`): that view cannot be compared with others. */
export function readView(view: NodeView): ReadView | undefined {
	const {address, atMs, keys, nodes, info, replica} = view;
	const parts = partsOf(nodes);
	if (parts === undefined) {
		return undefined;
	}

	const epoch = Number(info?.get('cluster_current_epoch') ?? Number.NaN);
	const currentEpoch = Number.isFinite(epoch) ? epoch : undefined;
	return {...parts, address, atMs, keys, replica, state: info?.get('cluster_state'), currentEpoch};
}

/** The lines of a reply; the same object for replies that are equal. */
export const linesIn = (nodes: readonly ClusterNode[]): ReadView['lines'] | undefined => partsOf(nodes)?.lines;

/** Parsed views by reply. A reply is compared often, and of a thousand nodes parsing it again would be the main cost. */
const partsOf = memoizeByRef(parseView);

/** The number of different views that are kept for sharing: two partitions of a split, and two views from before it. */
const viewsKept = 4;
/** The latest different views, the newest first. */
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
Whether a view is equal to an earlier view. In a cluster at rest all views are equal and share one map of lines. A
thousand nodes then cost one comparison, one count and one drawing. Only the asked node's own line has the flag `myself`, so own lines
are compared without that flag.
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
	// The size alone does not tell: a reply that lists one node twice may lack another.
	return isSame && new Set(nodes.map(({id}) => id)).size === nodes.length;
}

const isFlaggedFailing = ({flags}: LastingLine): boolean => ['fail', 'fail?', 'noaddr'].some(flag => flags.has(flag));

/** Compares an own line with the line in another view. Only own lines have open slots, so open slots are left out. */
const isSameLineByOthers = (line: LastingLine, node: LastingLine): boolean =>
	isSamePlace(line, node) &&
	[...line.flags].filter(isShared).join() === [...node.flags].filter(isShared).join() &&
	rangesText(line.slots) === rangesText(node.slots);

const isShared = (flag: string): boolean => flag !== 'myself';

/** Lines by their list of slots. The parser gives equal lists of a node as one object. */
const lastingLines = new WeakMap<ClusterNode['slots'], LastingLine>();

/** One line object for all views: with its times, the lines of a thousand views would be 8 MB for every comparison kept. */
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

/** SHA-1 over the sorted `id:ranges` of the primaries that own slots, its first eight digits. */
function signatureOf(owners: readonly ClusterNode[]): string {
	const lines = owners.map(({id, slots}) => `${id}:${rangesText(slots)}`);
	return createHash('sha1').update(lines.sort().join('\n')).digest('hex').slice(0, 8);
}

/** More than half of the primaries that own slots. Source: Redis cluster.c, `clusterUpdateState`. */
export const majorityOf = (size: number): number => Math.floor(size / 2) + 1;

/** Whether a node takes writes, by its own view: it reaches a majority of the owners, itself included if it owns slots. */
export const seesMajority = ({size, sizeReached}: ReadView): boolean => sizeReached >= majorityOf(size);

export const slotsIn = (ranges: readonly SlotRange[]): number =>
	ranges.reduce((sum, {first, last}) => sum + last - first + 1, 0);
