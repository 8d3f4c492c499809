/** Names by the text that compares as they do: comparing two by rules of language takes a microsecond, two texts a fiftieth. */
const keys = new Map<string, string>();
const keysKept = 20_000;
/** The digits of a number that compare as a number: an address has five at most. */
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

/** For sorting names with numbers in them: `10.0.0.9:6379` before `10.0.0.10:6379`, whatever their case. */
export function naturalOrder(a: string, b: string): number {
	const [one, other] = [keyOf(a), keyOf(b)];
	return one < other ? -1 : one > other ? 1 : a < b ? -1 : a > b ? 1 : 0;
}
