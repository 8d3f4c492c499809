import {commonSlot, commonTag} from '../derive/common-slot.js';
import type {NodeRecord} from '../derive/node-record.js';
import {keySlot} from '../domain/key-slot.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {count, percent} from '../text/units.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** The slot with most keys of a full shard. */
export type FullestSlot = {
	/** Such as `slot 10956 with hash tag {tenant-7} holds 69% of its keys`. */
	readonly reason: Message;
	readonly next: ReturnType<typeof steps>;
};

/** Age from which a reading of the slots does not count any more, in milliseconds. Readings are 30 s apart. */
const oldMs = 120_000;
/** Fewest keys of a slot that is named. Smaller numbers of keys fill no shard. */
const fewestKeys = 20;
/** Least share of the node's keys, 0 to 1. An even share of one slot is far below a thousandth. */
const leastShare = 0.5;

type Slot = {readonly slot: number; readonly keys: number; readonly names: readonly string[]};

/** The slot with most keys by CLUSTER SLOT-STATS. */
function countedSlot({slotUse, hotSlotKeys}: NodeRecord, nowMs: number): Slot | undefined {
	if (slotUse === undefined || nowMs - slotUse.atMs > oldMs) {
		return undefined;
	}

	const [top] = slotUse.value.rates.toSorted((one, other) => (other.keys ?? 0) - (one.keys ?? 0));
	const names = hotSlotKeys?.value.find(({slot}) => slot === top?.slot)?.slotKeys ?? [];
	return top?.keys === undefined ? undefined : {slot: top.slot, keys: top.keys, names};
}

/** The slot of most random keys, with its number of keys by CLUSTER COUNTKEYSINSLOT. */
function sampledSlot({randomKeys, slotKeys}: NodeRecord, nowMs: number): Slot | undefined {
	if (randomKeys === undefined || nowMs - randomKeys.atMs > oldMs) {
		return undefined;
	}

	const {sampledKeys} = randomKeys.value;
	const slot = commonSlot(sampledKeys);
	const keys = slot === undefined ? undefined : slotKeys?.value.get(slot);
	return slot === undefined || keys === undefined
		? undefined
		: {slot, keys, names: sampledKeys.filter(name => keySlot(name) === slot)};
}

/** The slot that holds at least half of the node's keys, if its keys were read. */
export function fullestSlot(facts: NodeFacts): FullestSlot | undefined {
	const {record, nowMs, sample} = facts;
	const all = sample === undefined ? undefined : keyCount(sample.info);
	const top = countedSlot(record, nowMs) ?? sampledSlot(record, nowMs);
	if (all === undefined || top === undefined || top.keys < fewestKeys || top.keys < all * leastShare) {
		return undefined;
	}

	// Keys are added between the two readings.
	const share = Math.min(1, top.keys / all);
	const tag = commonTag(top.names);
	const named = tag === undefined ? '' : message` with hash tag ${nameOf('key', tag)}`;
	return {
		reason: message`slot ${top.slot}${named} holds ${percent(share)} of its keys`,
		next: steps(facts, top, tag, share),
	};
}

/** Whether a recent reading shows that no slot holds half of the node's keys. */
export function isSpread(facts: NodeFacts): boolean {
	const {slotUse, randomKeys} = facts.record;
	const isRecent = [slotUse, randomKeys].some(reading => reading !== undefined && facts.nowMs - reading.atMs <= oldMs);
	const isCounted = slotUse !== undefined || commonSlot(randomKeys?.value.sampledKeys ?? []) === undefined;
	return isRecent && isCounted && fullestSlot(facts) === undefined;
}

function steps(facts: NodeFacts, {slot, keys}: Slot, tag: string | undefined, share: number) {
	const data = tag === undefined ? `slot ${slot}` : message`${nameOf('key', tag)}`;
	return [
		hint(
			message`raise maxmemory here, or remove data of ${data} and limit it: one slot cannot be split, and the other slots have ${percent(1 - share)} of the keys`,
		),
		redisCli(facts, `CLUSTER GETKEYSINSLOT ${slot} 10`),
		// The number of keys does not tell their memory.
		hint(
			`MEMORY USAGE of some of these keys, times ${count(keys)}, is about what they take; if that is little, look for a large key: --bigkeys`,
		),
	] as const;
}
