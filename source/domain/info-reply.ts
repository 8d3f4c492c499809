/**
One INFO reply, by section. Section names are lower case (`memory`), fields as the server writes them.

Fields are asked for together with their section because names repeat: Redis 8.6's `# Hotkeys` has a `used_memory` of
its own, and modules add whatever they like. A field that the server did not send is `undefined`, never 0.
*/
export class InfoReply {
	static readonly empty = new InfoReply(new Map());

	readonly #reply: string | undefined;

	/** @param reply The text it was read from, where there is one: kept in place of the fields. */
	constructor(
		readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>,
		reply?: string,
	) {
		this.#reply = reply;
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

	/** The field as a finite number; a trailing `%` is dropped. `undefined` when absent or not a number. */
	number(section: string, field: string): number | undefined {
		const text = this.text(section, field)?.replace(/%$/, '').trim();
		// An empty string would count as 0.
		const value = text === undefined || text === '' ? Number.NaN : Number(text);
		return Number.isFinite(value) ? value : undefined;
	}

	/** Every field of a section, in the server's order; empty when the section was not sent. */
	fields(section: string): ReadonlyMap<string, string> {
		return this.sections.get(section) ?? new Map();
	}
}
