import type {SlotRange} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {isPrimaryLine, type ReadView, slotsIn} from './node-view.js';

/** The slots of a primary at the moment when two clusters met, and the keys that it had then. */
export type Claimant = {
	readonly id: NodeId;
	readonly slots: readonly SlotRange[];
	readonly keys: number | undefined;
};

/**
Two clusters that became one: nodes joined that already owned slots of the cluster's own nodes. `members` were there
before, `joined` came.
*/
export type ClusterMerge = {
	readonly atMs: number;
	readonly members: readonly Claimant[];
	readonly joined: readonly Claimant[];
};

/** What is remembered of a cluster's nodes, so that nodes of another cluster are told from new nodes. */
export type MergeWatch = {
	/** Ids of the nodes of the cluster: those of the first comparison, and those that joined without slots. */
	readonly members: ReadonlySet<NodeId>;
	/** The members that own slots, or owned slots a moment ago, as they were then. */
	readonly owners: ReadonlyMap<NodeId, Claimant & {readonly seenAtMs: number}>;
	readonly merge: ClusterMerge | undefined;
};

/**
Milliseconds for which a member that lost its slots is remembered as their owner. The nodes of another cluster take slots
within a second or two, and redis-top reads their views up to 5 s later.
*/
const rememberedMs = 30_000;

/** Milliseconds for which a merge is remembered. */
const mergeLastsMs = 3_600_000;

const holdsSlots = ({self}: ReadView): boolean => isPrimaryLine(self) && self.slots.length > 0;

const claimantOf = ({self, keys}: ReadView): Claimant => ({id: self.id, slots: self.slots, keys});

const overlap = (some: readonly SlotRange[], others: readonly SlotRange[]): boolean =>
	some.some(one => others.some(other => one.first <= other.last && other.first <= one.last));

/** Notes the nodes of a comparison. */
export function watchMerge(before: MergeWatch | undefined, comparison: ClusterComparison, nowMs: number): MergeWatch {
	const {views, known} = comparison;
	const members = before?.members ?? new Set(known);
	const lasting = before?.merge !== undefined && nowMs - before.merge.atMs < mergeLastsMs ? before.merge : undefined;
	const owners = new Map([...(before?.owners ?? [])].filter(([, {seenAtMs}]) => nowMs - seenAtMs < rememberedMs));
	for (const view of views) {
		if (holdsSlots(view) && members.has(view.self.id)) {
			owners.set(view.self.id, {...claimantOf(view), seenAtMs: nowMs});
		}
	}

	const unknown = views.filter(({self}) => !members.has(self.id) && !isOfMerge(lasting, self.id));
	if (unknown.length === 0) {
		return {members, owners, merge: lasting};
	}

	// A new node joins without slots, and gets them later. A node of another cluster has slots from the first.
	const owned = [...owners.values()];
	const joined = unknown.filter(view => holdsSlots(view) && owned.some(({slots}) => overlap(view.self.slots, slots)));
	const met = owned.filter(({slots}) => joined.some(({self}) => overlap(self.slots, slots)));
	return {
		members: new Set([...members, ...unknown.filter(view => !joined.includes(view)).map(({self}) => self.id)]),
		owners,
		merge:
			joined.length === 0
				? lasting
				: {
						atMs: lasting?.atMs ?? nowMs,
						members: onePerId([...(lasting?.members ?? []), ...met.map(({seenAtMs: _, ...each}) => each)]),
						joined: [...(lasting?.joined ?? []), ...joined.map(claimantOf)],
					},
	};
}

const isOfMerge = (merge: ClusterMerge | undefined, id: NodeId): boolean =>
	merge?.joined.some(each => each.id === id) === true;

/** The claimants, each once, as they were first. */
const onePerId = (claimants: readonly Claimant[]): readonly Claimant[] =>
	claimants.filter(({id}, index) => claimants.findIndex(each => each.id === id) === index);

/** The primaries that lost all their slots in a merge, and the nodes that have these slots now. */
export type MergeLosses = {readonly losers: readonly Claimant[]; readonly winners: readonly Claimant[]};

/**
The losses of a merge that last. A loser had no slot that the other cluster did not claim, and has none now. Undefined
while both clusters still own slots, and after the nodes were separated. Undefined also for one node alone that joined
with as many keys as were lost: the slots may have been moved to it with their keys.
*/
export function mergeLosses({members, joined}: ClusterMerge, {viewOf}: ClusterComparison): MergeLosses | undefined {
	const lostTo = (claimants: readonly Claimant[], others: readonly Claimant[]) =>
		claimants.flatMap(loser => {
			const view = viewOf.get(loser.id);
			const isLost = view !== undefined && !holdsSlots(view) && isCovered(loser.slots, others);
			const winner = isLost ? others.find(({id}) => ownsIn(view, id, loser.slots)) : undefined;
			return winner === undefined ? [] : [{loser, winner}];
		});
	const all = [...lostTo(members, joined), ...lostTo(joined, members)];
	const losers = all.map(({loser}) => loser);
	const winners = onePerId(all.map(({winner}) => winner));
	const keysOf = (claimants: readonly Claimant[]) => claimants.reduce((sum, {keys = 0}) => sum + keys, 0);
	const isMove = joined.length === 1 && keysOf(winners) >= keysOf(losers);
	return losers.length === 0 || isMove ? undefined : {losers, winners};
}

/** Whether other primaries together claim every slot of these ranges. */
function isCovered(ranges: readonly SlotRange[], others: readonly Claimant[]): boolean {
	const claimed = others.flatMap(({slots}) => slots).sort((one, other) => one.first - other.first);
	return ranges.every(({first, last}) => {
		let next = first;
		for (const range of claimed) {
			next = range.first <= next ? Math.max(next, range.last + 1) : next;
		}

		return next > last;
	});
}

/** Whether, in a node's view, another node owns slots of these ranges. */
const ownsIn = ({lines}: ReadView, id: NodeId, ranges: readonly SlotRange[]): boolean => {
	const line = lines.get(id);
	return line !== undefined && isPrimaryLine(line) && overlap(line.slots, ranges);
};

/** The number of slots that these primaries had. */
export const slotsOf = (claimants: readonly Claimant[]): number =>
	claimants.reduce((sum, {slots}) => sum + slotsIn(slots), 0);
