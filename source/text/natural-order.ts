/**
Memoized sort key of each name. Comparing two names with `Intl.Collator` takes a microsecond; comparing their keys takes
a fiftieth of that.
*/
const keys = new Map<string, string>();
const keysKept = 20_000;
/** Numbers in a sort key are padded with zeros to this length. An address has numbers of at most five digits. */
const digitsKept = 16;

function keyOf(name: string): string {
	const known = keys.get(name);
	if (known !== undefined) {
		return known;
	}

	if (keys.size >= keysKept) {
		keys.clear();
	}

	const key = name.toLowerCase().replace(/\d+/g, digits => digits.replace(/^0+(?=\d)/, '').padStart(digitsKept, '0'));
	keys.set(name, key);
	return key;
}

/** Compares names by the numbers in them and without case: `10.0.0.9:6379` before `10.0.0.10:6379`. */
export function naturalOrder(a: string, b: string): number {
	const [one, other] = [keyOf(a), keyOf(b)];
	return one < other ? -1 : one > other ? 1 : a < b ? -1 : a > b ? 1 : 0;
}
