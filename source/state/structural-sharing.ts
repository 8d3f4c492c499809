/**
A value with those of its parts that are as they were before taken from before: what is kept of each second shares what
hasn't changed instead of repeating it. Looks into plain objects, arrays and maps; anything else is the same only where
it is the very same. Texts that are alike are the one from before too: the new one is a piece of a reply, and would keep
all of it.
*/
export function reuseUnchanged<T>(now: T, before: unknown): T {
	if (Object.is(now, before)) {
		return before as T;
	}

	if (typeof now !== 'object' || now === null) {
		return now;
	}

	if (Array.isArray(now)) {
		return Array.isArray(before) ? (sharedArray(now, before) as T) : now;
	}

	if (now instanceof Map) {
		return before instanceof Map ? (sharedMap(now, before) as T) : now;
	}

	return isPlain(now) && isPlain(before) ? sharedObject(now, before) : now;
}

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
	typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function sharedArray(now: readonly unknown[], before: readonly unknown[]): readonly unknown[] {
	const items = now.map((item, index) => reuseUnchanged(item, before[index]));
	return now.length === before.length && items.every((item, index) => Object.is(item, before[index])) ? before : items;
}

function sharedMap(
	now: ReadonlyMap<unknown, unknown>,
	before: ReadonlyMap<unknown, unknown>,
): ReadonlyMap<unknown, unknown> {
	const keysBefore = before.keys();
	let isSame = now.size === before.size;
	const entries = new Map<unknown, unknown>();
	for (const [key, value] of now) {
		const shared = reuseUnchanged(value, before.get(key));
		// The order of a map is seen where it is listed.
		isSame &&= Object.is(key, keysBefore.next().value) && Object.is(shared, before.get(key));
		entries.set(key, shared);
	}

	return isSame ? before : entries;
}

function sharedObject<T extends Plain>(now: T, before: Plain): T {
	const keys = Object.keys(now);
	let isSame = keys.length === Object.keys(before).length;
	// A copy has the layout of its original; built up key by key it would be larger.
	const copy: Record<string, unknown> = {...now};
	for (const key of keys) {
		copy[key] = reuseUnchanged(now[key], before[key]);
		isSame &&= Object.hasOwn(before, key) && Object.is(copy[key], before[key]);
	}

	return isSame ? (before as T) : (copy as T);
}
