import type {AccessRefusal} from '../domain/access-log.js';
import type {ClientRow} from '../domain/client.js';
import type {SupervisorEvidence} from '../domain/host-evidence.js';
import {InfoReply} from '../domain/info-reply.js';
import type {CertificateFacts} from '../domain/ladder.js';
import type {Message, Name, NameKind} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import type {BlindRule} from '../rules/finding.js';
import {hidden, Pseudonyms, type SecretKind} from '../text/pseudonyms.js';
import {fieldMask} from './masked-fields.js';
import {maskedInfo} from './masked-info.js';
import type {MonitorState} from './monitor-state.js';

/**
The kind of pseudonym for each kind of name. The kinds `node` and `quote` are left out: a node's name is masked as an
address, and a quote as text.
*/
const secretKinds: Readonly<Record<Exclude<NameKind, 'node' | 'quote'>, SecretKind>> = {
	host: 'host',
	client: 'client',
	user: 'user',
	key: 'key',
	channel: 'channel',
	path: 'path',
	primary: 'group',
	service: 'service',
};

const nameKinds: ReadonlySet<unknown> = new Set<NameKind>([
	'node',
	'quote',
	...(Object.keys(secretKinds) as Array<keyof typeof secretKinds>),
]);

/** Names that every server has, which are not masked. `redis-top` is the name of redis-top's own connections. */
const publicNames: ReadonlySet<string> = new Set(['', '-', '?', 'default', 'redis-top']);

/** Matches the names of systemd units that packages install, which are the same on every machine. */
const usualUnit = /^(?:redis|valkey)(?:-server|-sentinel)?(?:[@_]\d+)?\.service$/;

const isAddress = (text: string): boolean => /^\S+:\d+$|^unix:/.test(text);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isName = (value: object): value is Name => 'name' in value && 'kind' in value && nameKinds.has(value.kind);
const isMessage = (value: object): value is Exclude<Message, string> => 'parts' in value;
const isBlindRule = (value: object): value is BlindRule => 'rule' in value && 'why' in value;
const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype;
const isClient = (value: object): value is ClientRow => 'ageSeconds' in value && 'queryBufferBytes' in value;
const isCertificate = (value: object): value is CertificateFacts => 'issuer' in value && 'validToMs' in value;
const isMonitoredPrimary = (value: object): value is MonitoredPrimary => 'quorum' in value && 'downAfterMs' in value;
const isLoggedCommand = (value: object): value is Pick<SlowlogEntry, 'arguments'> =>
	'clientAddress' in value && 'arguments' in value;
const isSupervisor = (value: object): value is Exclude<SupervisorEvidence, {kind: 'none'}> =>
	'lastExit' in value && 'restarts' in value;
const isRefusal = (value: object): value is AccessRefusal => 'lack' in value && 'ageSeconds' in value;

/**
Replaces names that identify the deployment by pseudonyms: hosts, clients, users, keys and paths. A pseudonym stays the
same for the session. Everything that is shown, copied or written comes from the masked state. In that state, a node's
address is a pseudonym too, and `real` returns the real address for polling.
*/
export class Mask {
	readonly #names: Pseudonyms;
	readonly #reals = new Map<string, NodeAddress>();
	/** The masked copy of each object. The copies are valid until another name is learned. */
	#made = new WeakMap<object, unknown>();
	#madeAt = 0;

	/**
	@param known Names that are masked from the beginning: those of the command line, and the name of this machine.
	*/
	constructor(
		known: ReadonlyArray<readonly [kind: SecretKind, real: string]> = [],
		names: Pseudonyms = new Pseudonyms(),
	) {
		this.#names = names;
		for (const [kind, real] of known) {
			this.#whole(kind, real);
		}
	}

	/** The masked state. An unchanged state gives the same object again. */
	state(state: MonitorState): MonitorState {
		for (;;) {
			if (this.#madeAt !== this.#names.version) {
				this.#made = new WeakMap();
				this.#madeAt = this.#names.version;
			}

			const masked = this.#masked(state, '') as MonitorState;
			// A name that was learned during the masking may occur in texts that were masked before it. The state is then
			// masked once more.
			if (this.#madeAt === this.#names.version) {
				return masked;
			}
		}
	}

	/**
	Masks any part of the state. `field` is the name of the field that holds the part. The field's name decides how a text
	is masked.
	*/
	part<Part>(part: Part, field = ''): Part {
		this.#made = new WeakMap();
		return this.#masked(part, field) as Part;
	}

	/** A host as it is shown, without a port. */
	host(name: string): string {
		return this.#whole('host', name);
	}

	/** A node's address as it is shown, with a pseudonym in place of the host. */
	address(address: NodeAddress): NodeAddress {
		return this.#address(address) as NodeAddress;
	}

	/** The real address of a node, by its masked address; undefined for an unknown node. */
	real(masked: NodeAddress): NodeAddress | undefined {
		return this.#reals.get(masked);
	}

	/** Masks a name in the way that its kind demands. */
	name(name: Name): string {
		return this.#name(name).name;
	}

	/** A text of a server, a log or a file, with known names, addresses and paths replaced. */
	text(text: string): string {
		return this.#names.text(text);
	}

	#masked(value: unknown, field: string): unknown {
		if (typeof value === 'string') {
			return this.#string(value, field);
		}

		// The comparison of cluster views has functions that return addresses of nodes. Their results are masked.
		if (typeof value === 'function') {
			return (...given: unknown[]) => this.#masked(value(...given), 'address');
		}

		if (!isObject(value)) {
			return value;
		}

		const known = this.#made.get(value);
		if (known !== undefined) {
			return known;
		}

		const masked = this.#object(value, field);
		this.#made.set(value, masked);
		return masked;
	}

	#object(value: object, field: string): unknown {
		if (Array.isArray(value)) {
			return value.map(item => this.#masked(item, field));
		}

		if (value instanceof InfoReply) {
			return maskedInfo(value, this.#names);
		}

		if (value instanceof Map) {
			return new Map([...value].map(([key, item]) => [this.#key(key, field), this.#setting(item, field)]));
		}

		if (value instanceof Set) {
			return new Set([...value].map(item => this.#masked(item, field)));
		}

		if (!isPlain(value)) {
			return value;
		}

		if (isMessage(value)) {
			return {parts: value.parts.map(part => (typeof part === 'string' ? this.#words(part) : this.#name(part)))};
		}

		if (isName(value)) {
			return this.#name(value);
		}

		const masked = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#masked(item, name)]));
		if (isCertificate(value)) {
			return {...masked, subject: hidden, issuer: hidden, names: []};
		}

		if (isBlindRule(value)) {
			return {...masked, reason: value.reason};
		}

		if (isClient(value)) {
			return {...masked, name: this.#whole('client', value.name)};
		}

		if (isMonitoredPrimary(value)) {
			return {...masked, name: this.#whole('group', value.name)};
		}

		if (isSupervisor(value)) {
			return value.kind === 'systemd'
				? {...masked, unit: this.#whole('service', value.unit)}
				: {...masked, name: value.name === undefined ? undefined : this.#whole('service', value.name)};
		}

		if (isRefusal(value) && (value.lack === 'key' || value.lack === 'channel')) {
			return {...masked, object: this.#argument(value.object)};
		}

		if (isLoggedCommand(value)) {
			return {...masked, arguments: value.arguments.map((word, at) => (at === 0 ? word : this.#argument(word)))};
		}

		return 'nodes' in value && 'startedAtMs' in value ? {...masked, isMasked: true} : masked;
	}

	/**
	Masks a text that redis-top composed. It should hold no name, but anything that looks like an address or a path is
	replaced.
	*/
	#words(text: string): string {
		return this.#names.unnamed(text);
	}

	#name({kind, name}: Name): Name {
		switch (kind) {
			case 'node':
				return {kind, name: this.#address(name)};
			case 'quote':
				return {kind, name: this.text(name)};
			case 'client':
				// A client without a name is shown by its address.
				return {kind, name: isAddress(name) ? this.#address(name) : this.#whole(kind, name)};
			default:
				return {kind, name: this.#whole(secretKinds[kind], name)};
		}
	}

	/** Masks the value of a setting. A value that is a path is replaced as a whole, blanks included. */
	#setting(value: unknown, field: string): unknown {
		return typeof value === 'string' && value.startsWith('/')
			? this.#names.name('path', value)
			: this.#masked(value, field);
	}

	/** Masks a key of a map: a node's address, or the name of a setting, a metric or a command. */
	#key(key: unknown, field: string): unknown {
		if (typeof key !== 'string' || !isAddress(key)) {
			return key;
		}

		const masked = this.#address(key);
		if (field === 'nodes') {
			this.#reals.set(masked, key as NodeAddress);
		}

		return masked;
	}

	#string(text: string, field: string): string {
		const mask = fieldMask(field);
		switch (mask) {
			case undefined:
				return hidden;
			case 'plain':
				// A field with the mask `plain` may also hold the addresses of nodes.
				return isAddress(text) ? this.#address(text) : this.#words(text);
			case 'address':
				return this.#address(text);
			case 'text':
				return this.text(text);
			default:
				return this.#whole(mask, text);
		}
	}

	/** Masks one name. Keys, channels and paths are not replaced inside other texts, because they may be common words. */
	#whole(kind: SecretKind, real: string): string {
		if (publicNames.has(real) || (kind === 'service' && usualUnit.test(real))) {
			return real;
		}

		return kind === 'path' || kind === 'key' || kind === 'channel'
			? this.#names.name(kind, real)
			: this.#names.learn(kind, real);
	}

	/**
	Masks the host of an address. The port stays: nodes may name one node by different hosts, and the port then shows that
	they mean the same node.
	*/
	#address(address: string): string {
		const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
		if (address.startsWith('unix:') || /^\/.*:0$/.test(address)) {
			return `unix:${this.#names.name('path', address.replace(/^unix:|:0$/g, ''))}`;
		}

		return host === undefined || /\s/.test(host)
			? this.text(address)
			: `${this.#names.learn('host', host.replaceAll(/^\[|\]$/g, ''))}:${port}`;
	}

	/**
	Masks an argument of a command, even a number or a flag (`EX`, `COUNT`). redis-top doesn't know which words of a
	command are keys.
	*/
	#argument(word: string): string {
		return this.#names.name('key', word);
	}
}
