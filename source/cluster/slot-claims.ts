import {type LastingLine, type SlotRange, slotTotal} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import {isPrimaryLine, type ReadView} from './node-view.js';

/** Slots that two or more primaries claim, each in its own view. */
export type ContestedSlots = {
	readonly ranges: readonly SlotRange[];
	/**
	The claimants, the highest configuration epoch first. The first one stays the owner when the claimants can reach
	each other again.
	*/
	readonly claimants: readonly NodeId[];
	/** The claimant that stays the owner; undefined when the two highest epochs are equal. */
	readonly winner: NodeId | undefined;
};

/**
Slots that other views assign to a node that does not claim them. That node did not answer, or its own view differs.
*/
export type UnclaimedSlots = {readonly owner: NodeId; readonly ranges: readonly SlotRange[]};

export type SlotClaims = {
	readonly contested: readonly ContestedSlots[];
	readonly unclaimed: readonly UnclaimedSlots[];
	/** Slots that no node owns in any view. */
	readonly unassigned: readonly SlotRange[];
	/** All 16384 slots in ranges with the same owner and claimants, lowest first. */
	readonly stretches: readonly SlotStretch[];
};

export type SlotStretch = SlotRange & {
	/** The primaries that claim the range, each in its own view. */
	readonly claimants: readonly NodeId[];
	/**
	The owner that the views name for the range. Where views differ, it is the owner with the highest configuration
	epoch. Undefined if no view has an owner.
	*/
	readonly believed: NodeId | undefined;
};

/**
Collects the primaries that claim slots in their own views, and the owners in other views.

@param views The views of one deployment.
*/
export function slotClaims(views: readonly ReadView[]): SlotClaims {
	const claims = ownClaims(views);
	const believed = believedOwners(views);
	const stretches = stretchesOf(claims, believed);
	const epochs = new Map(views.map(({self}) => [self.id, self.configEpoch]));
	return {
		stretches,
		contested: grouped(
			stretches.filter(({claimants}) => claimants.length > 1),
			({claimants}) => claimants.join(),
		).map(({key, ranges}) => contestOf(key.split(',') as NodeId[], ranges, epochs)),
		unclaimed: grouped(
			stretches.filter(({claimants, believed: owner}) => claimants.length === 0 && owner !== undefined),
			({believed: owner}) => owner ?? '',
		).map(({key, ranges}) => ({owner: key as NodeId, ranges})),
		unassigned: stretches
			.filter(({claimants, believed: owner}) => claimants.length === 0 && owner === undefined)
			.map(({first, last}) => ({first, last})),
	};
}

function contestOf(
	ids: readonly NodeId[],
	ranges: readonly SlotRange[],
	epochs: ReadonlyMap<NodeId, number>,
): ContestedSlots {
	const claimants = ids.toSorted((a, b) => (epochs.get(b) ?? 0) - (epochs.get(a) ?? 0) || (a < b ? -1 : 1));
	const [first, second] = claimants;
	const isDecided = first !== undefined && second !== undefined && epochs.get(first) !== epochs.get(second);
	return {ranges, claimants, winner: isDecided ? first : undefined};
}

type Claims = ReadonlyArray<readonly NodeId[]>;

const nobody: readonly NodeId[] = [];

function ownClaims(views: readonly ReadView[]): Claims {
	const claims = new Array<readonly NodeId[]>(slotTotal).fill(nobody);
	for (const {self} of views) {
		if (isPrimaryLine(self)) {
			const alone: readonly NodeId[] = [self.id];
			forEachSlot(self, slot => {
				const others = claims[slot] ?? nobody;
				claims[slot] = others.length === 0 ? alone : others.includes(self.id) ? others : [...others, self.id];
			});
		}
	}

	return claims;
}

/**
The owner of each slot according to all views. Where views differ, the owner with the highest configuration epoch
counts. The nodes of a cluster decide in the same way.
*/
function believedOwners(views: readonly ReadView[]): ReadonlyArray<LastingLine | undefined> {
	const owners = new Array<LastingLine | undefined>(slotTotal).fill(undefined);
	const signatures = new Set<string>();
	for (const {signature, lines} of views) {
		if (!signatures.has(signature)) {
			signatures.add(signature);
			for (const line of lines.values()) {
				if (isPrimaryLine(line)) {
					forEachSlot(line, slot => {
						const before = owners[slot];
						owners[slot] = before === undefined || line.configEpoch > before.configEpoch ? line : before;
					});
				}
			}
		}
	}

	return owners;
}

function forEachSlot({slots}: LastingLine, visit: (slot: number) => void): void {
	for (const {first, last} of slots) {
		for (let slot = Math.max(0, first); slot <= last && slot < slotTotal; slot++) {
			visit(slot);
		}
	}
}

function stretchesOf(claims: Claims, owners: ReadonlyArray<LastingLine | undefined>): SlotStretch[] {
	const stretches: SlotStretch[] = [];
	let first = 0;
	for (let slot = 1; slot <= slotTotal; slot++) {
		const isSame =
			slot < slotTotal && owners[slot]?.id === owners[first]?.id && isSameList(claims[slot], claims[first]);
		if (!isSame) {
			stretches.push({first, last: slot - 1, claimants: claims[first] ?? nobody, believed: owners[first]?.id});
			first = slot;
		}
	}

	return stretches;
}

const isSameList = (one: readonly NodeId[] = nobody, other: readonly NodeId[] = nobody): boolean =>
	one === other || (one.length === other.length && one.every((id, index) => id === other[index]));

/** Groups ranges by key, and joins adjacent ranges of a group. */
function grouped(
	stretches: readonly SlotStretch[],
	keyOf: (stretch: SlotStretch) => string,
): Array<{readonly key: string; readonly ranges: readonly SlotRange[]}> {
	const groups = new Map<string, SlotRange[]>();
	for (const stretch of stretches) {
		const ranges = groups.get(keyOf(stretch)) ?? [];
		const before = ranges.at(-1);
		if (before !== undefined && before.last + 1 === stretch.first) {
			ranges[ranges.length - 1] = {first: before.first, last: stretch.last};
		} else {
			ranges.push({first: stretch.first, last: stretch.last});
		}

		groups.set(keyOf(stretch), ranges);
	}

	return [...groups].map(([key, ranges]) => ({key, ranges}));
}
