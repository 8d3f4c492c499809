import {countText} from '../cluster/verdict-text.js';
import {keyTotals} from '../parse/info-fields.js';
import {percent} from '../text/units.js';
import type {NodeFacts} from './node-facts.js';

/**
Bytes that a key with a TTL takes in addition to its name and value. Source: `MEMORY USAGE` of an empty string, rounded
up.
*/
const overheadBytes = 200;
/** Share of used memory, 0–1, from which keys without a TTL count as the reason of evictions. */
const mostShare = 0.5;

/** The memory that keys without a TTL take, on a server whose policy evicts only keys with a TTL. */
export type KeysWithoutTtl = {
	/** Such as `1 key without TTL has 70% of memory`. */
	readonly reason: string;
	readonly keys: number;
	/** The share of used memory that keys without a TTL take at least, 0 to 1. The true share may be larger. */
	readonly share: number;
};

/**
The least share of memory that keys without a TTL can have, while a server with a `volatile-…` policy evicts. Undefined
with another policy, or if that share is below one half.

At its memory limit, a server evicts as many bytes as clients add. Clients add at most the bytes that they send. So the
mean evicted key has at most the bytes received per evicted key, plus `overheadBytes`. The remaining keys with a TTL are
assumed to be no larger. This size times their number is the most memory that they have. Keys without a TTL have the
rest.
*/
export function keysWithoutTtl(facts: NodeFacts, evictedPerSecond: number): KeysWithoutTtl | undefined {
	const policy = facts.text('memory', 'maxmemory_policy') ?? '';
	const used = facts.number('memory', 'used_memory');
	const input = facts.perSecond('stats', 'total_net_input_bytes');
	if (!policy.startsWith('volatile-') || facts.sample === undefined || used === undefined || input === undefined) {
		return undefined;
	}

	const {keys, expiring} = keyTotals(facts.sample.info);
	const fixed = keys - expiring;
	const evictable = expiring * (input / Math.max(1, evictedPerSecond) + overheadBytes);
	const share = Math.max(0, 1 - evictable / used);
	return fixed <= 0 || evictedPerSecond <= 0 || share < mostShare
		? undefined
		: {
				reason: `${countText(fixed, 'key')} without TTL ${fixed === 1 ? 'has' : 'have'} ${percent(share)} of memory`,
				keys: fixed,
				share,
			};
}
