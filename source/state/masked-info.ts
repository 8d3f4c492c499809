import {InfoReply} from '../domain/info-reply.js';
import type {Pseudonyms} from './pseudonyms.js';

/** Sections whose values are words of the server's users: keys, or whatever a module likes. */
const hiddenSections: ReadonlySet<string> = new Set(['hotkeys', 'keysizes']);

/** Words by which the program tells things apart; no name stands in them. */
const wordValue =
	/^(?:-?\d+(?:\.\d+){0,2}%?|master|slave|up|down|ok|err|yes|no|standalone|cluster|sentinel|[a-z]+-(?:lru|lfu|random|ttl)|noeviction)$/;

/** One section with its names replaced, as they are asked for: two dozen of its fields are. */
class MaskedSection implements ReadonlyMap<string, string> {
	readonly #section: ReadonlyMap<string, string>;
	readonly #names: Pseudonyms;

	constructor(section: ReadonlyMap<string, string>, names: Pseudonyms) {
		this.#section = section;
		this.#names = names;
	}

	get size(): number {
		return this.#section.size;
	}

	get(field: string): string | undefined {
		const value = this.#section.get(field);
		return value === undefined ? undefined : maskedValue(field, value, this.#names);
	}

	has(field: string): boolean {
		return this.#section.has(field);
	}

	keys(): MapIterator<string> {
		return this.#all().keys();
	}

	values(): MapIterator<string> {
		return this.#all().values();
	}

	entries(): MapIterator<[string, string]> {
		return this.#all().entries();
	}

	[Symbol.iterator](): MapIterator<[string, string]> {
		return this.#all().entries();
	}

	forEach(visit: (value: string, field: string, all: ReadonlyMap<string, string>) => void): void {
		this.#all().forEach(visit);
	}

	#all(): Map<string, string> {
		return new Map([...this.#section].map(([field, value]) => [field, maskedValue(field, value, this.#names)]));
	}
}

function maskedValue(field: string, value: string, names: Pseudonyms): string {
	if (wordValue.test(value)) {
		return value;
	}

	switch (field) {
		case 'master_host':
			return names.updatePollState('host', value);
		case 'availability_zone':
			return value === '' ? '' : names.updatePollState('host', value);
		case 'config_file':
		case 'executable':
			return value === '' ? '' : names.name('path', value);
		default:
			// `ip=` of a replica may be the name that it announces; `name=` is what a primary was called for its sentinels.
			return names.text(
				value
					.replace(/(^|,)ip=([^,]+)/, (_, start, host) => `${start}ip=${names.updatePollState('host', host)}`)
					.replace(/(^|,)name=([^,]+)/, (_, start, name) => `${start}name=${names.updatePollState('group', name)}`),
			);
	}
}

/** An INFO reply without names, addresses and paths; ports, versions and numbers stay. */
export const maskedInfo = (info: InfoReply, names: Pseudonyms): InfoReply =>
	new InfoReply(
		new Map(
			[...info.sections].map(([name, section]) => [
				name,
				hiddenSections.has(name) ? new Map<string, string>() : new MaskedSection(section, names),
			]),
		),
	);
