import {keySlot} from '../domain/key-slot.js';

/** Fewest sampled keys from which the slot of most keys is taken. */
const fewestSampled = 10;

/**
The slot of at least half of the sampled keys; undefined if there is none, or with too few keys. A key that occurs in
the sample more than once counts each time.
*/
export function commonSlot(keys: readonly string[]): number | undefined {
	const counts = new Map<number, number>();
	for (const key of keys) {
		const slot = keySlot(key);
		counts.set(slot, (counts.get(slot) ?? 0) + 1);
	}

	const [top] = [...counts].toSorted(([, one], [, other]) => other - one);
	return top === undefined || keys.length < fewestSampled || top[1] * 2 < keys.length ? undefined : top[0];
}

/** The text in braces by which a cluster chooses the key's slot: `{tenant-7}`; undefined for a key without it. */
function tagOf(key: string): string | undefined {
	const open = key.indexOf('{');
	const close = open < 0 ? -1 : key.indexOf('}', open + 1);
	return close > open + 1 ? key.slice(open, close + 1) : undefined;
}

/** The hash tag of all these keys: `{tenant-7}`; undefined if they have several, or one of them has none. */
export function commonTag(keys: readonly string[]): string | undefined {
	const [tag, ...others] = new Set(keys.map(tagOf));
	return others.length === 0 ? tag : undefined;
}
