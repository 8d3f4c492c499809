import {slotTotal} from '../domain/cluster.js';
import type {RawReply} from '../domain/reply.js';
import type {SlotTotals} from '../domain/slot-use.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of CLUSTER SLOT-STATS: a list of `[slot, [name, value, …]]`. Entries of another form are left out.
Undefined for a reply that is no list. Never throws.
*/
export function parseSlotStats(reply: RawReply | undefined): ReadonlyMap<number, SlotTotals> | undefined {
	return isArray(reply) ? new Map(reply.flatMap(entry => entryOf(entry) ?? [])) : undefined;
}

function entryOf(entry: RawReply): ReadonlyArray<readonly [number, SlotTotals]> | undefined {
	const [first, facts] = isArray(entry) ? entry : [];
	const slot = numberOf(first);
	if (slot === undefined || !Number.isInteger(slot) || slot < 0 || slot >= slotTotal) {
		return undefined;
	}

	const fields = new Map(pairsOf(facts));
	return [
		[
			slot,
			{
				keys: numberOf(fields.get('key-count')),
				cpuMicroseconds: numberOf(fields.get('cpu-usec')),
				inBytes: numberOf(fields.get('network-bytes-in')),
				outBytes: numberOf(fields.get('network-bytes-out')),
			},
		],
	];
}

/** The keys of CLUSTER GETKEYSINSLOT, printable; undefined for a reply that is no list. */
export const parseSlotKeys = (reply: RawReply | undefined): readonly string[] | undefined =>
	isArray(reply) ? reply.flatMap(key => textOf(key) ?? []) : undefined;
