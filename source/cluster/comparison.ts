import type {LastingLine} from '../domain/cluster.js';
import {addressOf, type NodeAddress, type NodeId} from '../domain/node.js';
import {naturalOrder} from '../text/natural-order.js';
import {isPrimaryLine, type NodeView, type ReadView, readView} from './node-view.js';
import {type Accusation, accusationsIn, type Partition, partitionsOf} from './partitions.js';
import {type SlotClaims, slotClaims} from './slot-claims.js';

export type ComparisonInput = {
	/** Of every node that answers now. One that does not has no say: it might have changed its mind. */
	readonly views: readonly NodeView[];
	/** Nodes that redis-top asks in vain, by the id they had when they last answered. */
	readonly unreached: readonly UnreachedNode[];
};

export type UnreachedNode = {readonly address: NodeAddress; readonly id: NodeId | undefined};

/** Nodes that believe the same owner of every slot. */
export type SignatureGroup = {readonly signature: string; readonly members: readonly NodeId[]};

/** What the views of a cluster's nodes come to when they are held against each other. Facts only: no time, no judgement. */
export type ClusterComparison = {
	readonly views: readonly ReadView[];
	readonly viewOf: ReadonlyMap<NodeId, ReadView>;
	/** Everyone that any view names, not just the first node's. */
	readonly known: readonly NodeId[];
	/** The largest first. */
	readonly groups: readonly SignatureGroup[];
	readonly partitions: readonly Partition[];
	readonly accusations: readonly Accusation[];
	readonly claims: SlotClaims;
	/** Primaries that answer, own slots and have the same configuration epoch, other than 0. */
	readonly equalEpochs: ReadonlyArray<{readonly epoch: number; readonly ids: readonly NodeId[]}>;
	/** Nodes of whom the most recent epoch has not got around, though they are trusted: by id. */
	readonly laggards: readonly NodeId[];
	/** The same address under two ids: a node that was set up anew where an older one was. */
	readonly clashes: ReadonlyArray<{readonly address: NodeAddress; readonly ids: readonly NodeId[]}>;
	/** Nodes that redis-top asks in vain; nodes it has not asked are not among them. */
	readonly unreached: readonly NodeAddress[];
	readonly isUnreached: (id: NodeId) => boolean;
	/** Where redis-top reaches it, else what the views call it. */
	readonly nameOf: (id: NodeId) => NodeAddress;
};

export function compareViews({views: given, unreached}: ComparisonInput): ClusterComparison {
	const views = onePerId(given);
	const partitions = partitionsOf(views);
	const viewOf = new Map(views.map(view => [view.self.id, view]));
	const lines = linesById(views);
	const reachedAt = new Map(unreached.flatMap(({id, address}) => (id === undefined ? [] : [[id, address]])));
	const nameOf = (id: NodeId) => viewOf.get(id)?.address ?? reachedAt.get(id) ?? nameOfLine(lines.get(id));
	const silent = new Set(unreached.map(({address}) => address));
	return {
		views,
		viewOf,
		known: [...lines.keys()],
		groups: groupsOf(views),
		partitions,
		accusations: accusationsIn(views, partitions),
		claims: slotClaims(views),
		equalEpochs: equalEpochs(views),
		laggards: laggardsIn(partitions, viewOf),
		clashes: clashesIn(lines),
		unreached: [...silent],
		isUnreached: id => !viewOf.has(id) && silent.has(nameOf(id)),
		nameOf,
	};
}

/** One node reached under two names is one node: its later word counts. */
function onePerId(given: readonly NodeView[]): ReadView[] {
	const views = new Map<NodeId, ReadView>();
	for (const view of given) {
		const read = readView(view);
		if (read !== undefined && (views.get(read.self.id)?.atMs ?? Number.NEGATIVE_INFINITY) <= read.atMs) {
			views.set(read.self.id, read);
		}
	}

	return [...views.values()].sort(
		(a, b) => Number(ownsSlots(b)) - Number(ownsSlots(a)) || naturalOrder(a.address, b.address),
	);
}

/** Wherever nodes are named, those that own slots come first. */
const ownsSlots = ({self}: ReadView): boolean => isPrimaryLine(self) && self.slots.length > 0;

/** A line of each node, with an address where any view has one. */
function linesById(views: readonly ReadView[]): Map<NodeId, LastingLine> {
	const lines = new Map<NodeId, LastingLine>();
	// Views that say the same share one list.
	for (const said of new Set(views.map(view => view.lines))) {
		for (const line of said.values()) {
			const before = lines.get(line.id);
			if (before === undefined || (before.host === '' && line.host !== '')) {
				lines.set(line.id, line);
			}
		}
	}

	return lines;
}

function nameOfLine(line: LastingLine | undefined): NodeAddress {
	const host = line?.host || line?.hostname;
	return line === undefined || host === undefined || host === ''
		? (`${line?.id.slice(0, 8) ?? '?'}` as NodeAddress)
		: addressOf({kind: 'tcp', host, port: line.port});
}

function groupsOf(views: readonly ReadView[]): SignatureGroup[] {
	const groups = Map.groupBy(views, ({signature}) => signature);
	return [...groups]
		.map(([signature, members]) => ({signature, members: members.map(({self}) => self.id)}))
		.sort((a, b) => b.members.length - a.members.length);
}

function equalEpochs(views: readonly ReadView[]): ClusterComparison['equalEpochs'] {
	const owners = views.filter(view => ownsSlots(view) && view.self.configEpoch > 0);
	return [...Map.groupBy(owners, ({self}) => self.configEpoch)]
		.filter(([, alike]) => alike.length > 1)
		.map(([epoch, alike]) => ({epoch, ids: alike.map(({self}) => self.id)}));
}

function laggardsIn(partitions: readonly Partition[], viewOf: ReadonlyMap<NodeId, ReadView>): NodeId[] {
	return partitions.flatMap(({members}) => {
		const epochOf = (id: NodeId) => viewOf.get(id)?.currentEpoch;
		const highest = members.reduce((max, id) => Math.max(max, epochOf(id) ?? 0), 0);
		return members.filter(id => (epochOf(id) ?? highest) < highest);
	});
}

function clashesIn(lines: ReadonlyMap<NodeId, LastingLine>): ClusterComparison['clashes'] {
	const listening = [...lines.values()].filter(
		({host, port, flags}) => host !== '' && port > 0 && !flags.has('noaddr') && !flags.has('handshake'),
	);
	return [...Map.groupBy(listening, nameOfLine)]
		.filter(([, nodes]) => nodes.length > 1)
		.map(([address, nodes]) => ({address, ids: nodes.map(({id}) => id)}));
}
