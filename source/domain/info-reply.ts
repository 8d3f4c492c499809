import {plausibleNumber} from './plausible-number.js';

/**
The fields of one section of INFO, by name. The two optional functions find fields in a section that is kept as text,
before all its fields are parsed.
*/
export type InfoFields = ReadonlyMap<string, string> & {
	/**
	Reads a field whose value consists of a few digits and nothing else. Undefined for any other field, which `get` can
	read.
	*/
	readonly wholeNumber?: (field: string) => number | undefined;
	/** The fields whose name is `prefix` followed by a number: `slave0`, `db15`. */
	readonly numbered?: (prefix: string) => ReadonlyArray<readonly [field: string, value: string]>;
};

/**
One INFO reply, by section. Section names are lower case (`memory`); field names are as the server writes them.

A field is read with the name of its section, because names repeat. Redis 8.6's `# Hotkeys` has a `used_memory` of its
own, and modules may use any names. A field that the server did not send is undefined, never 0.
*/
export class InfoReply {
	static readonly empty = new InfoReply(new Map());

	readonly #reply: string | undefined;
	#made: Map<unknown, unknown> | undefined;

	/** @param reply The text of the whole reply, if it is known. `toText` then returns this text. */
	constructor(
		readonly sections: ReadonlyMap<string, InfoFields>,
		reply?: string,
	) {
		this.#reply = reply;
	}

	/**
	The result of `make` for this reply, memoized by the function `make`. Each call must therefore pass the same
	function.
	*/
	once<T>(make: (info: InfoReply) => T): T {
		this.#made ??= new Map();
		if (!this.#made.has(make)) {
			this.#made.set(make, make(this));
		}

		return this.#made.get(make) as T;
	}

	/** The reply as text. Parsing the text gives an equal reply. */
	toText(): string {
		return (
			this.#reply ??
			[...this.sections]
				.map(([name, fields]) => `# ${name}\n${[...fields].map(([field, value]) => `${field}:${value}\n`).join('')}`)
				.join('')
		);
	}

	text(section: string, field: string): string | undefined {
		return this.sections.get(section)?.get(field);
	}

	/**
	The field as a finite number, without a trailing `%`. Undefined when the field is absent, not a number, or not
	plausible. Not plausible are, for example, a size of 2^64 − 5 and an age above the uptime of the process.
	*/
	number(section: string, field: string): number | undefined {
		const value = this.#anyNumber(section, field);
		return value === undefined ? undefined : plausibleNumber(field, value, this);
	}

	/** How long the process has run; undefined if the server does not say. */
	get uptimeSeconds(): number | undefined {
		return this.#anyNumber('server', 'uptime_in_seconds');
	}

	#anyNumber(section: string, field: string): number | undefined {
		const fields = this.sections.get(section);
		if (fields === undefined) {
			return undefined;
		}

		const whole = fields.wholeNumber?.(field);
		if (whole !== undefined) {
			return whole;
		}

		const text = fields.get(field)?.replace(/%$/, '').trim();
		// An empty text is not a number, but `Number('')` is 0.
		const value = text === undefined || text === '' ? Number.NaN : Number(text);
		return Number.isFinite(value) ? value : undefined;
	}

	/** Every field of a section, in the server's order; empty when the server did not send the section. */
	fields(section: string): ReadonlyMap<string, string> {
		return this.sections.get(section) ?? new Map();
	}

	/** The fields of a section whose name is `prefix` followed by a number: `slave0`, `db15`. */
	numbered(section: string, prefix: string): ReadonlyArray<readonly [field: string, value: string]> {
		const fields = this.sections.get(section);
		const isWanted = (field: string) => field.startsWith(prefix) && /^\d+$/.test(field.slice(prefix.length));
		return fields?.numbered?.(prefix) ?? [...(fields ?? [])].filter(([field]) => isWanted(field));
	}
}
