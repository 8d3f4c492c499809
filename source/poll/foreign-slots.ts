import {type SlotRange, slotTotal} from '../domain/cluster.js';
import type {ForeignKeys} from '../domain/foreign-keys.js';
import type {RawReply} from '../domain/reply.js';
import type {Exchange} from '../domain/sample.js';
import {isArray, numberOf} from '../parse/reply-values.js';

/** How far redis-top has counted the keys in slots that the node does not own. */
export type SlotAudit = ForeignKeys & {
	/** The next slot to count in the present pass over all slots; `slotTotal` when the pass has ended. */
	readonly nextSlot: number;
};

export const newSlotAudit: SlotAudit = {isWhole: false, countOfSlot: new Map(), nextSlot: 0};

/** Highest number of slots that one poll counts again, among the slots in which keys were found. */
const mostRecounted = 64;

type Known = {
	readonly slotAudit: SlotAudit;
	readonly ownSlots: readonly SlotRange[];
	readonly openSlots: readonly number[];
};

const isOver = ({nextSlot, countOfSlot}: SlotAudit): boolean => nextSlot >= slotTotal && countOfSlot.size === 0;

/** Whether a pass over all slots is under way, or slots in which keys were found are counted again. */
export const isCounting = ({slotAudit, ownSlots}: Known): boolean => ownSlots.length > 0 && !isOver(slotAudit);

/** Whether the node neither owns the slot nor moves it now. Keys in such a slot cannot be reached. */
function isForeign(slot: number, {ownSlots, openSlots}: Omit<Known, 'slotAudit'>): boolean {
	return !ownSlots.some(({first, last}) => slot >= first && slot <= last) && !openSlots.includes(slot);
}

/**
The slots that are counted next: the slots in which keys were found, and the next `most` slots of this pass. A pass that
found keys is followed by counts of the slots with keys only. When these slots are empty, a new pass begins.
*/
export function slotsToCount(known: Known, most: number): readonly number[] {
	const {slotAudit} = known;
	const again = [...slotAudit.countOfSlot.keys()].filter(slot => isForeign(slot, known)).slice(0, mostRecounted);
	const next: number[] = [];
	for (let slot = isOver(slotAudit) ? 0 : slotAudit.nextSlot; slot < slotTotal && next.length < most; slot++) {
		if (isForeign(slot, known) && !slotAudit.countOfSlot.has(slot)) {
			next.push(slot);
		}
	}

	return [...again, ...next];
}

/** The audit after a poll. `counts` has the number of keys in each slot that the poll counted. */
export function auditAfter(known: Known, counts: ReadonlyMap<number, number>): SlotAudit {
	const {slotAudit} = known;
	const all = new Map([...slotAudit.countOfSlot, ...counts]);
	const countOfSlot = new Map([...all].filter(([slot, keys]) => keys > 0 && isForeign(slot, known)));
	const base = isOver(slotAudit) ? 0 : slotAudit.nextSlot;
	let nextSlot = Math.max(base, ...[...counts.keys()].map(slot => slot + 1));
	while (nextSlot < slotTotal && !isForeign(nextSlot, known)) {
		nextSlot += 1;
	}

	return {isWhole: slotAudit.isWhole || nextSlot >= slotTotal, countOfSlot, nextSlot};
}

const kindOfCounts = 'foreign-slot-keys';

/** Ascending slots as text: `0-63 70`. */
function rangesOf(slots: readonly number[]): string {
	const ranges: Array<[first: number, last: number]> = [];
	for (const slot of slots) {
		const newest = ranges.at(-1);
		if (newest !== undefined && newest[1] + 1 === slot) {
			newest[1] = slot;
		} else {
			ranges.push([slot, slot]);
		}
	}

	return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(' ');
}

/**
Joins the replies of one write that count keys in slots of other nodes. The joined reply has the counted slots as
ranges, then each slot with keys and the number of its keys. If the replies were not joined, thousands of replies of 0
would fill most of a recording. If a count failed, its error replaces all counts.
*/
export function joinCounts(exchanges: readonly Exchange[]): readonly Exchange[] {
	const counts = exchanges.filter(({kind}) => kind === kindOfCounts);
	if (counts.length === 0) {
		return exchanges;
	}

	const known = counts
		.map(({command, reply}) => [Number(command.at(-1)), reply] as const)
		.toSorted(([one], [other]) => one - other);
	const failed = counts.find(({reply}) => reply instanceof Error);
	const reply: RawReply = failed?.reply ?? [
		rangesOf(known.map(([slot]) => slot)),
		...known.flatMap(([slot, keys]) => (keys === 0 ? [] : [slot, keys])),
	];
	return [
		...exchanges.filter(({kind}) => kind !== kindOfCounts),
		{kind: kindOfCounts, command: counts[0]?.command.slice(0, -1) ?? [], reply},
	];
}

/** Reads joined counts: the number of keys of each counted slot. Undefined for a reply of another form. */
export function readCounts(reply: RawReply): ReadonlyMap<number, number> | undefined {
	const [ranges, ...pairs] = isArray(reply) ? reply : [];
	if (typeof ranges !== 'string') {
		return undefined;
	}

	const counts = new Map<number, number>();
	for (const [, first = '', last = first] of ranges.matchAll(/(\d+)(?:-(\d+))?/g)) {
		for (let slot = Number(first); slot <= Math.min(Number(last), slotTotal - 1); slot++) {
			counts.set(slot, 0);
		}
	}

	for (let at = 0; at + 1 < pairs.length; at += 2) {
		const [slot, keys] = [numberOf(pairs[at]), numberOf(pairs[at + 1])];
		if (slot !== undefined && keys !== undefined) {
			counts.set(slot, keys);
		}
	}

	return counts;
}
