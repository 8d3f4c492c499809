import type {KeySample, ScannedKey, ScannedPrefix} from '../domain/key-scan.js';

/** Number of the largest keys that are kept. */
export const largestKept = 50;

/** Number of the most used keys that are kept. */
export const mostUsedKept = 10;

/** Largest number of prefixes that are counted separately. Keys of all further prefixes are counted together. */
export const prefixesKept = 1000;

/** The name under which keys of all further prefixes are counted. */
export const otherPrefixes = '(others)';

export const emptySample: KeySample = {seen: 0, bytes: 0, withoutTtl: 0, largest: [], mostUsed: [], prefixes: []};

/**
The prefix of a key: the text up to and including the first `:`, `/`, `|`, `.` or `-`, else the first 40 characters. `#`
replaces each number, and `{…}` a hash tag at the start.
*/
export function prefixOf(key: string): string {
	const tag = /^\{[^}]*\}/.exec(key)?.[0];
	const [, start] = /^(.{0,40}?[:/|.-])/.exec(tag === undefined ? key : key.slice(tag.length)) ?? [];
	const text = start ?? (tag === undefined ? key : '').slice(0, 40);
	return `${tag === undefined ? '' : '{…}'}${text.replaceAll(/\d+/g, '#')}` || '(none)';
}

/** Returns the sample with `keys` added. */
export function withKeys(sample: KeySample, keys: readonly ScannedKey[]): KeySample {
	const prefixes = new Map(sample.prefixes.map(one => [one.prefix, one]));
	let {bytes, withoutTtl} = sample;
	for (const key of keys) {
		const own = prefixOf(key.key);
		const prefix = prefixes.has(own) || prefixes.size < prefixesKept ? own : otherPrefixes;
		const known = prefixes.get(prefix) ?? {prefix, keyCount: 0, bytes: 0, withoutTtl: 0};
		const isEndless = key.ttlMs === 'never' ? 1 : 0;
		bytes += key.bytes ?? 0;
		withoutTtl += isEndless;
		prefixes.set(prefix, {
			prefix,
			keyCount: known.keyCount + 1,
			bytes: known.bytes + (key.bytes ?? 0),
			withoutTtl: known.withoutTtl + isEndless,
		});
	}

	return {
		seen: sample.seen + keys.length,
		bytes,
		withoutTtl,
		largest: [...sample.largest, ...keys].toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)).slice(0, largestKept),
		mostUsed: [...sample.mostUsed, ...keys.filter(({frequency}) => frequency !== undefined)]
			.toSorted((a, b) => (b.frequency ?? 0) - (a.frequency ?? 0))
			.slice(0, mostUsedKept),
		prefixes: [...prefixes.values()],
	};
}

/** The prefixes with most memory. Among prefixes with equal or unknown memory, those with most keys come first. */
export const topPrefixes = ({prefixes}: KeySample, most: number): readonly ScannedPrefix[] =>
	prefixes.toSorted((a, b) => b.bytes - a.bytes || b.keyCount - a.keyCount).slice(0, most);

/**
How far a share in the sample may be from the share of all keys, with 95 % confidence. After n sampled keys, any share
is at most 1/√n away. 0 when the scan saw all keys.
*/
export const sampleError = (seen: number, all: number | undefined): number =>
	seen === 0 ? 1 : all !== undefined && seen >= all ? 0 : Math.min(1, 1 / Math.sqrt(seen));
