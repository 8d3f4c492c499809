import {createHash} from 'node:crypto';
import type {ClusterInfo, ClusterNode, LastingLine, SlotRange} from '../domain/cluster.js';
import type {NodeAddress, NodeId} from '../domain/node.js';

/** What a replica says of its link to its primary, in INFO replication, and of how long it may be down. */
export type ReplicaLinkState = {
	readonly isLinkUp: boolean | undefined;
	/** `master_link_down_since_seconds`: -1 when there never was a link. */
	readonly linkDownSeconds: number | undefined;
	/** Its `cluster-replica-validity-factor`; undefined where it may not tell. */
	readonly validityFactor?: number | undefined;
};

/** What one node that answers says of its cluster, and when it said so. */
export type NodeView = {
	/** Where redis-top reaches it. */
	readonly address: NodeAddress;
	/** When its CLUSTER NODES came, milliseconds since the epoch. */
	readonly atMs: number;
	readonly nodes: readonly ClusterNode[];
	readonly info: ClusterInfo | undefined;
	/** Keys it holds, undefined where it didn't say. */
	readonly keys?: number | undefined;
	/** Undefined for a primary. */
	readonly replica?: ReplicaLinkState | undefined;
};

/** A view taken apart for comparing. */
export type ReadView = {
	readonly address: NodeAddress;
	readonly atMs: number;
	readonly keys: number | undefined;
	readonly replica: ReplicaLinkState | undefined;
	/** The asked node's own line: what it says here decides what clients on it can do. */
	readonly self: ClusterNode;
	/** What it says of everybody; of itself it is what others say where they say the same. */
	readonly lines: ReadonlyMap<NodeId, LastingLine>;
	/** Those it holds failed (`fail`, which a majority agreed on) or has no address of. */
	readonly failed: ReadonlySet<NodeId>;
	/** Those it alone suspects (`fail?`). */
	readonly suspected: ReadonlySet<NodeId>;
	/** Equal for nodes that believe the same owner of every slot; `redis-cli --cluster check` compares the same. */
	readonly signature: string;
	/** Primaries with slots, as it sees them, and how many of them it can talk to. */
	readonly size: number;
	readonly sizeReached: number;
	/** `cluster_state`: `ok`, `fail`; undefined where CLUSTER INFO didn't come. */
	readonly state: string | undefined;
	readonly currentEpoch: number | undefined;
};

type TakenApart = Omit<ReadView, 'address' | 'atMs' | 'keys' | 'replica' | 'state' | 'currentEpoch'>;

/** A reply is parsed once and compared often: at a thousand nodes taking it apart is what costs. */
const takenApart = new WeakMap<readonly ClusterNode[], TakenApart | false>();

export const isPrimaryLine = ({flags}: LastingLine): boolean => flags.has('master');

/** Undefined for a reply without the asked node's own line (`myself`): nothing could be held against the others'. */
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

/** What a reply says of everybody; one and the same object for replies that say the same. */
export const linesIn = (nodes: readonly ClusterNode[]): ReadView['lines'] | undefined => partsOf(nodes)?.lines;

function partsOf(nodes: readonly ClusterNode[]): TakenApart | undefined {
	const parts = takenApart.get(nodes) ?? takeApart(nodes) ?? false;
	takenApart.set(nodes, parts);
	return parts === false ? undefined : parts;
}

/** Of the two sides of a split, and of what they said before it. */
const wordsKept = 4;
/** What views said lately, each word once; the last one first. */
let lately: readonly TakenApart[] = [];

function takeApart(nodes: readonly ClusterNode[]): TakenApart | undefined {
	const self = nodes.find(({flags}) => flags.has('myself'));
	if (self === undefined) {
		return undefined;
	}

	const same = lately.find(parts => isSameWord(parts, nodes, self));
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
	lately = [parts, ...lately].slice(0, wordsKept);
	return parts;
}

/**
Whether a view says of everybody what an earlier one said. In a cluster at rest all of a thousand views do, and one list
of their lines serves for all: it is then compared, counted and drawn once. Each marks its own line, which is looked at
by what it says.
*/
function isSameWord({self: earlier, lines}: TakenApart, nodes: readonly ClusterNode[], self: ClusterNode): boolean {
	if (lines.size !== nodes.length || isDoubted(self) || isDoubted(earlier)) {
		return false;
	}

	const isSame = nodes.every(node => {
		const line = lines.get(node.id);
		if (line === undefined) {
			return false;
		}

		return node.id === self.id || node.id === earlier.id ? isSameBelief(line, node) : isSameLine(line, node);
	});
	// Of one that names a node twice another would be left out.
	return isSame && new Set(nodes.map(({id}) => id)).size === nodes.length;
}

const isDoubted = ({flags}: LastingLine): boolean => ['fail', 'fail?', 'noaddr'].some(flag => flags.has(flag));

/** Open slots stand in a node's own line alone, and are looked for there. */
const isSameBelief = (line: LastingLine, node: LastingLine): boolean =>
	isSamePlace(line, node) &&
	[...line.flags].filter(isShared).join() === [...node.flags].filter(isShared).join() &&
	rangesText(line.slots) === rangesText(node.slots);

const isShared = (flag: string): boolean => flag !== 'myself';

/** By its list of slots, which is one and the same object in all views that say the same of a node. */
const lastingLines = new WeakMap<ClusterNode['slots'], LastingLine>();

/** One object for all views: comparisons of a thousand nodes' views are kept, and lines with their times would be 8 MB each. */
function lastingLine(node: ClusterNode): LastingLine {
	const known = lastingLines.get(node.slots);
	if (known !== undefined && isSameLine(known, node)) {
		return known;
	}

	const {pingSentMs: _, pongReceivedMs: __, ...line} = node;
	lastingLines.set(node.slots, line);
	return line;
}

// Field by field: a list of their names takes four times as long, a thousand times a view.
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

/** What a node would accept of writers, as it sees its cluster: it reaches a majority, itself among them if it owns slots. */
export const seesMajority = ({size, sizeReached}: ReadView): boolean => sizeReached >= majorityOf(size);

export const slotsIn = (ranges: readonly SlotRange[]): number =>
	ranges.reduce((sum, {first, last}) => sum + last - first + 1, 0);
