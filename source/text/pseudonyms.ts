/**
What a pseudonym stands for. A pseudonym begins with its kind: `host-1`. `group`: a primary's name for its Sentinels.
`service`: a unit or a container.
*/
export type SecretKind = 'host' | 'client' | 'user' | 'group' | 'key' | 'channel' | 'path' | 'service';

/** Replaces a text that may contain a name, if no table of the mask tells how to mask this text. */
export const hidden = 'hidden';

/**
Largest number of names that texts are searched for. Applications that name each client differently would make the
search too slow.
*/
const mostLearned = 5000;

const ipv4 = String.raw`(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)`;
const hextets = '[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*';
const embedded = String.raw`::(?:ffff:)?\d{1,3}(?:\.\d{1,3}){3}`;
const ipv6Text = String.raw`(?:${embedded}|(?:${hextets})?::(?:${hextets})?|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(?:%\w+)?`;
const ipv6 = String.raw`\[${ipv6Text}\]|(?<![\w:])${ipv6Text}(?![\w:])`;
/** Matches an absolute path outside /proc, /sys and /dev, whose files are the same on every machine. */
const absolutePath = String.raw`(?<![\w/.])/(?!(?:proc|sys|dev)/)[\w.@%+~-][\w.@%+~/-]*`;

const net = `(?<ipv6>${ipv6})|(?<ipv4>${ipv4})|(?<path>${absolutePath})`;

const netPattern = new RegExp(net, 'gi');

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

/**
Pseudonyms that stay the same for one session. Learned names are replaced wherever a text has them. Addresses and paths
are recognised by their form and replaced, learned or not.
*/
export class Pseudonyms {
	readonly #idOf: ((kind: SecretKind, real: string) => string) | undefined;
	readonly #given = new Map<SecretKind, Map<string, string>>();
	readonly #learned = new Map<string, string>();
	#pattern: RegExp | undefined;

	/** @param idOf Returns the part of a pseudonym after its kind; by default a number that counts the names. */
	constructor(idOf?: (kind: SecretKind, real: string) => string) {
		this.#idOf = idOf;
	}

	/** The number of learned names. When it grows, texts that were masked before must be masked again. */
	get version(): number {
		return this.#learned.size;
	}

	/** The pseudonym of a name. From now on texts are searched for the name, too. */
	learn(kind: SecretKind, real: string): string {
		const pseudonym = this.name(kind, real);
		// Single letters and numbers are not learned, because they occur in every text.
		if (this.#learned.size < mostLearned && !this.#learned.has(real) && real.length > 1 && !/^[\d.:%-]*$/.test(real)) {
			this.#learned.set(real, pseudonym);
			this.#pattern = undefined;
		}

		return pseudonym;
	}

	/** The pseudonym of a name. Unlike after `learn`, texts are not searched for the name. */
	name(kind: SecretKind, real: string): string {
		if (this.#idOf !== undefined) {
			return `${kind}-${this.#idOf(kind, real)}`;
		}

		const names = this.#given.get(kind) ?? new Map<string, string>();
		this.#given.set(kind, names);
		const known = names.get(real);
		if (known !== undefined) {
			return known;
		}

		const pseudonym = `${kind}-${names.size + 1}`;
		names.set(real, pseudonym);
		return pseudonym;
	}

	/**
	Replaces addresses and paths in a text that holds no other names. Learned names are not searched for; see `text`.
	*/
	unnamed(text: string): string {
		return this.#replaced(text, netPattern);
	}

	/** A text with learned names, addresses and paths replaced in one pass. */
	text(text: string): string {
		return this.#replaced(text, this.#search());
	}

	#replaced(text: string, pattern: RegExp): string {
		return text.replaceAll(pattern, (found, ...rest) => {
			const groups = rest.at(-1) as {readonly ipv6?: string; readonly ipv4?: string; readonly path?: string};
			const learned = this.#learned.get(found);
			if (learned !== undefined) {
				return learned;
			}

			return groups.path === undefined ? this.name('host', found.replaceAll(/[[\]]/g, '')) : this.name('path', found);
		});
	}

	#search(): RegExp {
		if (this.#pattern === undefined) {
			const names = [...this.#learned.keys()].sort((a, b) => b.length - a.length).map(literal);
			const known = names.length === 0 ? '' : `(?<![\\w])(?:${names.join('|')})(?![\\w])|`;
			this.#pattern = new RegExp(`${known}${net}`, 'gi');
		}

		return this.#pattern;
	}
}
