import {sanitize} from '../text/sanitize.js';

/** A name that stands in the text as it is asked for: nothing in it was escaped, and no line is cut in it. */
const isPlainField = /^[\w.|-]+$/;

/**
One section of an INFO reply as its text, taken apart only when all of it is wanted. A deployment of a thousand nodes
brings 150 fields a node and second, and two dozen of them are looked at: finding those is a quarter of the work, and a
text a tenth of the memory of its fields. Whatever is handed out is printable.
*/
export class InfoSection implements ReadonlyMap<string, string> {
	/** Lines `field:value`, each after a line feed; the first is what is left of the heading's. */
	readonly #text: string;
	/** What was asked for once is asked for again: as the reading before the next one. */
	readonly #found = new Map<string, string>();
	#fields: ReadonlyMap<string, string> | undefined;

	constructor(text: string) {
		this.#text = text;
	}

	get(field: string): string | undefined {
		if (this.#fields !== undefined) {
			return this.#fields.get(field);
		}

		if (!isPlainField.test(field)) {
			return this.#all().get(field);
		}

		const known = this.#found.get(field);
		if (known !== undefined) {
			return known;
		}

		const start = `\n${field}:`;
		const at = this.#text.indexOf(start);
		if (at === -1) {
			return undefined;
		}

		const valueAt = at + start.length;
		const lineFeed = this.#text.indexOf('\n', valueAt);
		const end = lineFeed === -1 ? this.#text.length : lineFeed;
		const value = sanitize(this.#text.slice(valueAt, this.#text[end - 1] === '\r' ? end - 1 : end));
		this.#found.set(field, value);
		return value;
	}

	has(field: string): boolean {
		return this.get(field) !== undefined;
	}

	get size(): number {
		return this.#all().size;
	}

	entries(): MapIterator<[string, string]> {
		return this.#all().entries();
	}

	keys(): MapIterator<string> {
		return this.#all().keys();
	}

	values(): MapIterator<string> {
		return this.#all().values();
	}

	[Symbol.iterator](): MapIterator<[string, string]> {
		return this.#all().entries();
	}

	forEach(visit: (value: string, field: string, all: ReadonlyMap<string, string>) => void): void {
		for (const [field, value] of this.#all()) {
			visit(value, field, this);
		}
	}

	#all(): ReadonlyMap<string, string> {
		this.#fields ??= fieldsOf(this.#text);
		return this.#fields;
	}
}

/** Every line that reads `field:value`, split at its first `:` (paths, IPv6 addresses and `listener0` have more). */
function fieldsOf(text: string): ReadonlyMap<string, string> {
	const fields = new Map<string, string>();
	for (const raw of text.split('\n')) {
		const line = sanitize(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
		const colon = line.indexOf(':');
		const field = line.slice(0, Math.max(0, colon));
		// Of a field that comes twice the first one counts, as it is the one that is found.
		if (field !== '' && !field.startsWith('#') && !fields.has(field)) {
			fields.set(field, line.slice(colon + 1));
		}
	}

	return fields;
}
