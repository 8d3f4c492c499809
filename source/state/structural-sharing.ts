/**
Returns `now`, but reuses each part of `before` that is equal. Plain objects, arrays and maps are compared by content,
and other objects by reference. Equal strings are taken from `before` too: a new string is a substring of a reply and
would keep the whole reply in memory.
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

/**
The same for the fields of an object that comes again and again, such as the record of a node.

@param cameBefore The object as it came the last time. A field that is the same object again is not compared by content.
@param before What was kept of that object.
*/
export function reuseUnchangedFields<T extends object>(now: T, cameBefore: T | undefined, before: T | undefined): T {
	const copy = {...now};
	for (const field of Object.keys(now) as Array<keyof T>) {
		const isSameAgain = cameBefore !== undefined && before !== undefined && Object.is(now[field], cameBefore[field]);
		copy[field] = isSameAgain ? before[field] : reuseUnchanged(now[field], before?.[field]);
	}

	return copy;
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
		// The order counts, because panels list maps in their order.
		isSame &&= Object.is(key, keysBefore.next().value) && Object.is(shared, before.get(key));
		entries.set(key, shared);
	}

	return isSame ? before : entries;
}

function sharedObject<T extends Plain>(now: T, before: Plain): T {
	const keys = Object.keys(now);
	let isSame = keys.length === Object.keys(before).length;
	// A spread keeps V8's layout of the original. An object built property by property would take more memory.
	const copy: Record<string, unknown> = {...now};
	for (const key of keys) {
		copy[key] = reuseUnchanged(now[key], before[key]);
		isSame &&= Object.hasOwn(before, key) && Object.is(copy[key], before[key]);
	}

	return isSame ? (before as T) : (copy as T);
}
