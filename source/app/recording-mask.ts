import {createHmac} from 'node:crypto';
import type {Name} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {RawReply} from '../domain/reply.js';
import type {Exchange} from '../domain/sample.js';
import {parseInfo} from '../parse/info.js';
import type {Entry, OpenFinding, RecordedChange} from '../record/entry.js';
import {maskedInfo} from '../state/masked-info.js';
import {Mask} from '../state/masked-state.js';
import {Pseudonyms} from '../text/pseudonyms.js';
import type {EntryMask} from './recorder.js';

export type RecordingMaskOptions = {
	/** True with `--record-arguments`: arguments, keys and client names are kept. */
	readonly keepsArguments: boolean;
	/** True with `--mask`: addresses, users and paths are masked as well. */
	readonly masksAddresses: boolean;
	/**
	The secret key from which pseudonyms are computed. With the same key, names get the same pseudonyms in every run.
	Without the key, nobody can trace pseudonyms back to names.
	*/
	readonly salt: Buffer;
	/** Names from the command line, and the name of this machine. */
	readonly known?: ConstructorParameters<typeof Mask>[0];
};

/** Hexadecimal digits of a pseudonym. With a million names, the probability that two share a pseudonym is 1 in 500. */
const pseudonymDigits = 12;

/** Commands whose arguments may contain a password. Their arguments are always masked. */
const secretCommands: ReadonlySet<string> = new Set(['auth', 'hello', 'acl', 'migrate', 'sentinel']);
const secretWords = /pass|auth|secret|cert|key/i;

/** Client names that are not masked, because they identify nobody. */
const publicClients: ReadonlySet<string> = new Set(['', 'redis-top']);

/** Masks what a recording must not contain; see docs/decisions/recordings.md. */
export class RecordingMask implements EntryMask {
	readonly #options: RecordingMaskOptions;
	readonly #names: Pseudonyms;
	/** The mask of addresses; undefined if addresses are kept. */
	readonly #mask: Mask | undefined;

	constructor(options: RecordingMaskOptions) {
		this.#options = options;
		this.#names = new Pseudonyms((kind, real) =>
			createHmac('sha256', options.salt).update(`${kind} ${real}`).digest('hex').slice(0, pseudonymDigits),
		);
		this.#mask = options.masksAddresses ? new Mask(options.known, this.#names) : undefined;
	}

	/** The kinds of names that are masked, for the header of the recording. */
	get masked(): readonly string[] {
		const {keepsArguments, masksAddresses} = this.#options;
		return [...(keepsArguments ? [] : ['arguments', 'keys', 'clients']), ...(masksAddresses ? ['addresses'] : [])];
	}

	readonly entry = (entry: Entry): Entry => {
		if (entry.kind === 'poll') {
			const {poll} = entry;
			return {
				...entry,
				poll: {
					...poll,
					address: this.#address(poll.address),
					blind: this.#part(poll.blind),
					exchanges: poll.exchanges.map(exchange => exchange.map(one => this.#exchange(one))),
				},
			};
		}

		if (entry.kind === 'ping') {
			return {...entry, address: this.#address(entry.address)};
		}

		return this.#part(entry);
	};

	readonly change = (change: RecordedChange): RecordedChange => {
		const {what, id} = change;
		return {...this.#part(change), what, id};
	};

	readonly finding = (finding: OpenFinding): OpenFinding => this.#part(finding);

	/** Masks a text from the command line, such as the target. */
	text(text: string): string {
		return this.#mask?.text(text) ?? text;
	}

	#address(address: NodeAddress): NodeAddress {
		return this.#mask?.address(address) ?? address;
	}

	/** Masks any input except replies. Names in messages are masked by their kind. */
	#part<Part>(part: Part): Part {
		const named = this.#options.keepsArguments ? part : (this.#withoutNames(part) as Part);
		return this.#mask?.part(named) ?? named;
	}

	#withoutNames(value: unknown): unknown {
		if (Array.isArray(value)) {
			return value.map(item => this.#withoutNames(item));
		}

		if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
			return value;
		}

		return isSecretName(value)
			? {...value, name: this.#named(value)}
			: Object.fromEntries(Object.entries(value).map(([field, item]) => [field, this.#withoutNames(item)]));
	}

	#named({kind, name}: Name): string {
		return kind === 'client' ? this.#client(name) : this.#names.name(kind === 'channel' ? 'channel' : 'key', name);
	}

	/** Masks a client's name. A client without a name is identified by its address. */
	#client(name: string): string {
		return publicClients.has(name) || /^\S+:\d+$|^unix:/.test(name) ? name : this.#names.name('client', name);
	}

	#exchange(exchange: Exchange): Exchange {
		const {kind, reply} = exchange;
		const isOfKey = kind.startsWith('watched-') && !this.#options.keepsArguments;
		const command = isOfKey
			? exchange.command.map((word, at, all) => (at === all.length - 1 ? this.#names.name('key', word) : word))
			: exchange.command;
		const masked = reply instanceof Error ? reply : this.#reply(kind, reply);
		const mask = this.#mask;
		if (mask === undefined) {
			return masked === reply && command === exchange.command ? exchange : {kind, command, reply: masked};
		}

		const words = kind.startsWith('sentinel-')
			? command.map((word, at) => (at > 1 ? mask.name({kind: 'primary', name: word}) : word))
			: command;
		return {kind, command: words, reply: this.#withoutAddresses(kind, masked, mask)};
	}

	/** Removes arguments, keys and client names from a reply. */
	#reply(kind: string, reply: RawReply): RawReply {
		const {keepsArguments} = this.#options;
		switch (kind) {
			case 'slowlog':
			case 'large-requests':
			case 'large-replies':
				return Array.isArray(reply) ? reply.map((entry: RawReply) => this.#loggedCommand(entry)) : reply;
			case 'clients':
			case 'flagged-clients':
				return typeof reply === 'string' && !keepsArguments ? this.#clientNames(reply) : reply;
			case 'access-log':
				return keepsArguments ? reply : this.#accessLog(reply);
			case 'acl-users':
				return keepsArguments ? reply : textsIn(reply, line => this.#withoutPatterns(line));
			case 'watched-groups':
				return keepsArguments
					? reply
					: mapPairs(reply, (field, value) =>
							field === 'name' && typeof value === 'string' ? this.#names.name('key', value) : value,
						);
			case 'hot-slot-keys':
				return keepsArguments ? reply : textsIn(reply, key => this.#names.name('key', key));
			case 'random-keys':
				return keepsArguments || typeof reply !== 'string' ? reply : this.#names.name('key', reply);
			case 'hot-keys':
				return keepsArguments ? reply : this.#hotKeys(reply);
			case 'info':
			case 'commandstats':
				return typeof reply === 'string' && !keepsArguments ? withoutHotKeys(reply) : reply;
			default:
				return reply;
		}
	}

	#loggedCommand(entry: RawReply): RawReply {
		if (!Array.isArray(entry)) {
			return entry;
		}

		const at = entry.findIndex(Array.isArray);
		return entry.map((item: RawReply, index: number) => {
			if (index === at && Array.isArray(item)) {
				return this.#arguments(item);
			}

			// In an entry of the slow log, the client's address and name follow the arguments.
			return index === at + 2 && typeof item === 'string' && !this.#options.keepsArguments ? this.#client(item) : item;
		});
	}

	#arguments(words: readonly RawReply[]): RawReply[] {
		const [command = '', ...rest] = words;
		const mayHoldSecret =
			secretCommands.has(String(command).toLowerCase()) || rest.some(word => secretWords.test(String(word)));
		return this.#options.keepsArguments && !mayHoldSecret
			? [...words]
			: [command, ...rest.map(word => this.#names.name('key', String(word)))];
	}

	#clientNames(list: string): string {
		return list.replaceAll(
			/(^| )name=(\S*)/gm,
			(_, before: string, name: string) => `${before}name=${this.#client(name)}`,
		);
	}

	/** Masks the keys in a reply of HOTKEYS GET. The keys are in lists. Field names stay. */
	#hotKeys(reply: RawReply): RawReply {
		if (!Array.isArray(reply)) {
			return reply;
		}

		const isSession = reply.includes('tracking-active');
		return reply.map((item: RawReply) => {
			if (!Array.isArray(item)) {
				return item;
			}

			return item.includes('tracking-active')
				? this.#hotKeys(item)
				: item.map((word: RawReply, at: number) =>
						typeof word === 'string' && !/^\d+$/.test(word) && (isSession || at === 0)
							? this.#names.name('key', word)
							: word,
					);
		});
	}

	/** Masks the patterns of keys and channels in a line of ACL LIST. `*` stays, because it contains no name. */
	#withoutPatterns(line: string): string {
		return line.replaceAll(
			/(?<=^|[\s(])((?:%[RW]+)?([~&]))([^\s)]+)/g,
			(whole, before: string, sign: string, pattern: string) =>
				pattern === '*' ? whole : `${before}${this.#names.name(sign === '&' ? 'channel' : 'key', pattern)}`,
		);
	}

	#accessLog(reply: RawReply): RawReply {
		return mapPairs(reply, (field, value, pairs) => {
			if (field === 'client-info' && typeof value === 'string') {
				return this.#clientNames(value);
			}

			const lack = pairs.get('reason');
			return field === 'object' && (lack === 'key' || lack === 'channel')
				? this.#names.name(lack, String(value))
				: value;
		});
	}

	#withoutAddresses(kind: string, reply: RawReply, mask: Mask): RawReply {
		if (typeof reply === 'string') {
			switch (kind) {
				case 'info':
				case 'commandstats':
				case 'module-info':
					return maskedInfo(parseInfo(reply), this.#names).toText();
				case 'cluster-nodes':
					return clusterNodesWithoutNames(reply, mask);
				case 'clients':
				case 'flagged-clients':
					return reply.replaceAll(
						/(^| )(addr|laddr|user)=(\S*)/gm,
						(_, before: string, field: string, value: string) =>
							`${before}${field}=${field === 'user' ? mask.part(value, 'user') : mask.part(value, 'address')}`,
					);
				default:
					return mask.text(reply);
			}
		}

		if (reply instanceof Error) {
			return new Error(mask.text(reply.message));
		}

		if (kind === 'acl-users') {
			return textsIn(reply, line =>
				line.replace(/^user (\S+)/, (_, user: string) => `user ${mask.part(user, 'user')}`),
			);
		}

		return kind.startsWith('sentinel-') || kind === 'access-log'
			? mapPairs(reply, (field, value) => (typeof value === 'string' ? maskedField(field, value, mask) : value))
			: textsIn(reply, text => mask.text(text));
	}
}

const secretKinds: ReadonlySet<unknown> = new Set<Name['kind']>(['client', 'key', 'channel']);

const isSecretName = (value: object): value is Name =>
	'kind' in value && 'name' in value && typeof value.name === 'string' && secretKinds.has(value.kind);

/** Removes the INFO section in which Redis 8.6 and later list keys. */
const withoutHotKeys = (info: string): string => info.replace(/^# Hotkeys\r?\n(?:[^#\n][^\n]*\n|\n)*/im, '');

/**
Masks host names in CLUSTER NODES (`ip:port@cport,hostname`). The mask of addresses can't recognise a host name, which
has no special form.
*/
function clusterNodesWithoutNames(reply: string, mask: Mask): string {
	return reply
		.split('\n')
		.map(line => {
			const [id = '', where = '', ...rest] = line.split(' ');
			const [, host, ports = '', names] = /^(.*)(:\d+(?:@\d+)?)((?:,.*)?)$/.exec(where) ?? [];
			if (host === undefined) {
				return mask.text(line);
			}

			const others = (names ?? '').split(',').slice(1);
			const masked = others.map((name, at) => (at === 0 && name !== '' ? mask.host(name) : mask.text(name)));
			const place = [`${host === '' ? '' : mask.host(host)}${ports}`, ...masked].join(',');
			return [id, place, ...rest.map(word => mask.text(word))].join(' ');
		})
		.join('\n');
}

/** Masks a field of a Sentinel's reply or of ACL LOG. */
function maskedField(field: string, value: string, mask: Mask): string {
	switch (field) {
		case 'ip':
		case 'master-host':
			return mask.host(value);
		case 'name':
			return /^\S+:\d+$/.test(value) ? mask.address(value as NodeAddress) : mask.name({kind: 'primary', name: value});
		case 'username':
			return mask.part(value, 'user');
		default:
			return /^[\da-f]{40}$/.test(value) ? value : mask.text(value);
	}
}

/** Replaces the values in a list of entries. Each entry is a flat list of names and values. */
function mapPairs(
	reply: RawReply,
	map: (field: string, value: RawReply, pairs: ReadonlyMap<unknown, RawReply>) => RawReply,
): RawReply {
	if (!Array.isArray(reply)) {
		return reply;
	}

	if (reply.every(item => Array.isArray(item))) {
		return reply.map((item: RawReply) => mapPairs(item, map));
	}

	const pairs = new Map(
		reply.flatMap((item: RawReply, at: number) => (at % 2 === 0 ? [[item, reply[at + 1] ?? null] as const] : [])),
	);
	return reply.map((item: RawReply, at: number) => (at % 2 === 1 ? map(String(reply[at - 1]), item, pairs) : item));
}

const textsIn = (reply: RawReply, map: (text: string) => string): RawReply =>
	typeof reply === 'string'
		? map(reply)
		: Array.isArray(reply)
			? reply.map((item: RawReply) => textsIn(item, map))
			: reply;
