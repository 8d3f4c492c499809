import type {LastingLine} from '../domain/cluster.js';
import {addressOf, type NodeAddress, type NodeId} from '../domain/node.js';
import {naturalOrder} from '../text/natural-order.js';
import {isPrimaryLine, type NodeView, type ReadView, readView} from './node-view.js';
import {type OneSidedReport, oneSidedReportsIn, type Partition, partitionsOf} from './partitions.js';
import {type SlotClaims, slotClaims} from './slot-claims.js';

export type ComparisonInput = {
	/**
	The views of the nodes that answer now. Views of nodes that do not answer are left out, because they may be outdated.
	*/
	readonly views: readonly NodeView[];
	/** Nodes that do not answer redis-top, each with the node id that it had in its last answer. */
	readonly unreached: readonly UnreachedNode[];
};

/** A wrong address: the view of node `by` lists node `id` under `address`, but another node answers there. */
export type Misplacement = {readonly by: NodeId; readonly id: NodeId; readonly address: NodeAddress};

export type UnreachedNode = {
	readonly address: NodeAddress;
	readonly id: NodeId | undefined;
	/** The addresses that the cluster announces for the node, if `--nat-map` maps them to `address`. */
	readonly otherNames?: readonly NodeAddress[] | undefined;
};

/** Nodes whose views name the same owner for every slot. */
export type SignatureGroup = {readonly signature: string; readonly members: readonly NodeId[]};

/**
The views of a cluster's nodes, compared with each other. This type has facts only. Verdicts add durations and
severities.
*/
export type ClusterComparison = {
	readonly views: readonly ReadView[];
	readonly viewOf: ReadonlyMap<NodeId, ReadView>;
	/** Every node that any view names. */
	readonly known: readonly NodeId[];
	/** Groups of nodes with the same owners for all slots, the largest group first. */
	readonly groups: readonly SignatureGroup[];
	readonly partitions: readonly Partition[];
	readonly oneSidedReports: readonly OneSidedReport[];
	readonly claims: SlotClaims;
	/**
	Primaries with the same configuration epoch, although each should have its own. Only primaries that answer and own
	slots count. Epoch 0 is left out.
	*/
	readonly equalEpochs: ReadonlyArray<{readonly epoch: number; readonly ids: readonly NodeId[]}>;
	/** The node ids of the nodes whose current epoch is lower than that of other nodes in their partition. */
	readonly laggards: readonly NodeId[];
	/**
	Addresses that views list for two node ids. At least one of the two nodes does not answer: usually, a new node has
	replaced it at that address.
	*/
	readonly duplicateAddresses: ReadonlyArray<{readonly address: NodeAddress; readonly ids: readonly NodeId[]}>;
	/** Wrong addresses: a view lists a node under an address at which a third node answers. */
	readonly misplacements: readonly Misplacement[];
	/** Nodes that redis-top asked and that did not answer. */
	readonly unreached: readonly NodeAddress[];
	readonly isUnreached: (id: NodeId) => boolean;
	/**
	Returns the address by which redis-top reaches a node. If redis-top doesn't reach the node: the address in the views
	as `--nat-map` maps it, or the start of the node id.
	*/
	readonly nameOf: (id: NodeId) => NodeAddress;
};

export function compareViews({views: given, unreached}: ComparisonInput): ClusterComparison {
	const views = onePerId(given);
	const partitions = partitionsOf(views);
	const viewOf = new Map(views.map(view => [view.self.id, view]));
	const lines = linesById(views);
	const reachedAt = new Map(unreached.flatMap(({id, address}) => (id === undefined ? [] : [[id, address]])));
	const mapped = new Map(unreached.flatMap(({address, otherNames = []}) => otherNames.map(name => [name, address])));
	const nameOf = (id: NodeId) => {
		const known = viewOf.get(id)?.address ?? reachedAt.get(id);
		const announced = nameOfLine(lines.get(id));
		return known ?? mapped.get(announced) ?? announced;
	};

	const silent = new Set(unreached.map(({address}) => address));
	return {
		views,
		viewOf,
		known: [...lines.keys()],
		groups: groupsOf(views),
		partitions,
		oneSidedReports: oneSidedReportsIn(views, partitions),
		claims: slotClaims(views),
		equalEpochs: equalEpochs(views),
		laggards: laggardsIn(partitions, viewOf),
		duplicateAddresses: duplicateAddressesIn(lines, viewOf),
		misplacements: misplacementsIn(views),
		unreached: [...silent],
		isUnreached: id => !viewOf.has(id) && silent.has(nameOf(id)),
		nameOf,
	};
}

/** The views, one for each node id. If a node is reached by two addresses, its later view counts. */
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

/** Whether the node is a primary that owns slots. Such nodes come first wherever nodes are named. */
const ownsSlots = ({self}: ReadView): boolean => isPrimaryLine(self) && self.slots.length > 0;

/** One line for each node id: the node's own line if it has an address, else any view's line with an address. */
function linesById(views: readonly ReadView[]): Map<NodeId, LastingLine> {
	const lines = new Map<NodeId, LastingLine>();
	for (const {self} of views) {
		lines.set(self.id, self);
	}

	// Equal views share one map of lines, so each map is visited once.
	for (const shared of new Set(views.map(view => view.lines))) {
		for (const line of shared.values()) {
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

function duplicateAddressesIn(
	lines: ReadonlyMap<NodeId, LastingLine>,
	viewOf: ReadonlyMap<NodeId, ReadView>,
): ClusterComparison['duplicateAddresses'] {
	const listening = [...lines.values()].filter(
		({host, port, flags}) => host !== '' && port > 0 && !flags.has('noaddr') && !flags.has('handshake'),
	);
	return [...Map.groupBy(listening, nameOfLine)]
		.filter(([, nodes]) => nodes.length > 1 && nodes.some(({id}) => !viewOf.has(id)))
		.map(([address, nodes]) => ({address, ids: nodes.map(({id}) => id)}));
}

const announcedBy = ({self}: ReadView): NodeAddress | undefined => (self.host === '' ? undefined : nameOfLine(self));

/**
Finds wrong addresses. A node in several networks has several right addresses, so an address that the node does not
announce may be right. An address is wrong only if another node answers at it.
*/
function misplacementsIn(views: readonly ReadView[]): Misplacement[] {
	const ownAddress = new Map(views.map(view => [view.self.id, announcedBy(view)]));
	const answeringAt = new Map(views.map(view => [announcedBy(view), view.self.id]));
	const wrong = new Map<ReadView['lines'], ReadonlyArray<Omit<Misplacement, 'by'>>>();
	for (const lines of new Set(views.map(view => view.lines))) {
		wrong.set(
			lines,
			[...lines.values()].flatMap(line => {
				const {id, host, port, flags} = line;
				const own = ownAddress.get(id);
				const address = host === '' || port === 0 || flags.has('noaddr') ? undefined : nameOfLine(line);
				const isWrong = own !== undefined && address !== undefined && address !== own;
				return isWrong && answeringAt.has(address) ? [{id, address}] : [];
			}),
		);
	}

	return views.flatMap(({self, lines}) =>
		(wrong.get(lines) ?? []).filter(({id}) => id !== self.id).map(each => ({...each, by: self.id})),
	);
}
