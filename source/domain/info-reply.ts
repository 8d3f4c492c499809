import {plausibleNumber} from './plausible-number.js';

/** A section's fields. A section that is kept as text finds some of them without being parsed as a whole. */
export type InfoFields = ReadonlyMap<string, string> & {
	/** A field of nothing but digits, not too many; undefined for any other, which `get` reads. */
	readonly wholeNumber?: (field: string) => number | undefined;
	/** The fields whose name is `prefix` with a number behind it. */
	readonly numbered?: (prefix: string) => ReadonlyArray<readonly [field: string, value: string]>;
};

/**
One INFO reply, by section. Section names are lower case (`memory`), fields as the server writes them.

Fields are asked for together with their section because names repeat: Redis 8.6's `# Hotkeys` has a `used_memory` of
its own, and modules add whatever they like. A field that the server did not send is `undefined`, never 0.
*/
export class InfoReply {
	static readonly empty = new InfoReply(new Map());

	readonly #reply: string | undefined;
	#made: Map<unknown, unknown> | undefined;

	/** @param reply The text of the reply, where there is one: kept in place of the fields. */
	constructor(
		readonly sections: ReadonlyMap<string, InfoFields>,
		reply?: string,
	) {
		this.#reply = reply;
	}

	/** The result of `make`, memoized: the next sample asks for it again. `make` has to be the same function each time. */
	once<T>(make: (info: InfoReply) => T): T {
		this.#made ??= new Map();
		if (!this.#made.has(make)) {
			this.#made.set(make, make(this));
		}

		return this.#made.get(make) as T;
	}

	/** A text that reads as the same reply again. */
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
	The field as a finite number; a trailing `%` is dropped. `undefined` when absent, not a number, or no possible value of
	this field: a size of 2^64 − 5, an age above the uptime of the process.
	*/
	number(section: string, field: string): number | undefined {
		const value = this.#anyNumber(section, field);
		return value === undefined
			? undefined
			: plausibleNumber(field, value, () => this.#anyNumber('server', 'uptime_in_seconds'));
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
		// An empty string would count as 0.
		const value = text === undefined || text === '' ? Number.NaN : Number(text);
		return Number.isFinite(value) ? value : undefined;
	}

	/** Every field of a section, in the server's order; empty when the section was not sent. */
	fields(section: string): ReadonlyMap<string, string> {
		return this.sections.get(section) ?? new Map();
	}

	/** Of these, the ones whose name is `prefix` with a number behind it: `slave0`, `db15`. */
	numbered(section: string, prefix: string): ReadonlyArray<readonly [field: string, value: string]> {
		const fields = this.sections.get(section);
		const isWanted = (field: string) => field.startsWith(prefix) && /^\d+$/.test(field.slice(prefix.length));
		return fields?.numbered?.(prefix) ?? [...(fields ?? [])].filter(([field]) => isWanted(field));
	}
}
