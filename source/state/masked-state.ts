import type {AccessRefusal} from '../domain/access-log.js';
import type {ClientRow} from '../domain/client.js';
import {InfoReply} from '../domain/info-reply.js';
import type {CertificateFacts} from '../domain/ladder.js';
import type {NodeAddress} from '../domain/node.js';
import type {MonitoredPrimary} from '../domain/sentinel.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {maskedInfo} from './masked-info.js';
import type {MonitorState} from './monitor-state.js';
import {Pseudonyms, type SecretKind} from './pseudonyms.js';

/** Words of the program or the protocol, by which it tells things apart; numbers of nodes and processes, which nobody gave. */
const wordFields: ReadonlySet<string> = new Set(
	(
		'kind role reach origin severity rule state layer code step status flags linkState linkStatus unit id action phase ' +
		'reason runId primaryId direction signature at session setting engine'
	).split(' '),
);

/** Fields that hold one name, as a whole. */
const wholeFields: Readonly<Record<string, SecretKind>> = {
	host: 'host',
	hostname: 'host',
	zone: 'host',
	user: 'user',
	osUser: 'user',
	clientName: 'client',
	workingFolder: 'path',
	path: 'path',
};

/** Fields that hold `host:port`. */
const addressFields: ReadonlySet<string> = new Set(
	'address localAddress clientAddress node source target teller otherNames subject'.split(' '),
);

/** What everybody has, and what tells nobody anything. `redis-top` is how it names its own connections. */
const publicNames: ReadonlySet<string> = new Set(['', '-', '?', 'default', 'redis-top']);

const isAddress = (text: string): boolean => /^\S+:\d+$|^unix:/.test(text);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === Object.prototype;
const isClient = (value: object): value is ClientRow => 'ageSeconds' in value && 'queryBufferBytes' in value;
const isCertificate = (value: object): value is CertificateFacts => 'issuer' in value && 'validToMs' in value;
const isMonitoredPrimary = (value: object): value is MonitoredPrimary => 'quorum' in value && 'downAfterMs' in value;
const isLoggedCommand = (value: object): value is Pick<SlowlogEntry, 'arguments'> =>
	'clientAddress' in value && 'arguments' in value;
const isRefusal = (value: object): value is AccessRefusal => 'lack' in value && 'ageSeconds' in value;

/**
The state without a name that would tell where it comes from: addresses, host names, clients, users, keys and paths have
pseudonyms that stay the same for the session. All that is shown, copied and written is made of the masked state, in
which a node's key is its pseudonym too; `real` leads back, for whoever polls.
*/
export class Mask {
	readonly #names = new Pseudonyms();
	readonly #reals = new Map<string, NodeAddress>();
	/** What was masked, by the object it was made of. Its texts are right as long as no name was learned since. */
	#made = new WeakMap<object, unknown>();
	#madeAt = 0;

	/** @param hosts @param names Known from the start: from the command line, and this machine's own. */
	constructor(known: ReadonlyArray<readonly [kind: SecretKind, real: string]> = []) {
		for (const [kind, real] of known) {
			this.#whole(kind, real);
		}
	}

	/** The masked state: the same object for the same one. */
	state(state: MonitorState): MonitorState {
		for (;;) {
			if (this.#madeAt !== this.#names.version) {
				this.#made = new WeakMap();
				this.#madeAt = this.#names.version;
			}

			const masked = this.#masked(state, '') as MonitorState;
			// A name that was met on the way may stand in texts before it.
			if (this.#madeAt === this.#names.version) {
				return masked;
			}
		}
	}

	/** The node that a masked state calls so. */
	real(masked: NodeAddress): NodeAddress | undefined {
		return this.#reals.get(masked);
	}

	text(text: string): string {
		return this.#names.text(text);
	}

	#masked(value: unknown, field: string): unknown {
		if (typeof value === 'string') {
			return this.#string(value, field);
		}

		// A comparison of views answers by functions: what a node is called.
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

		const masked = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#masked(item, name)]));
		if (isCertificate(value)) {
			return {...masked, subject: 'hidden', issuer: 'hidden', names: []};
		}

		if (isClient(value)) {
			return {...masked, name: this.#whole('client', value.name)};
		}

		if (isMonitoredPrimary(value)) {
			return {...masked, name: this.#whole('group', value.name)};
		}

		if (isRefusal(value) && (value.lack === 'key' || value.lack === 'channel')) {
			return {...masked, object: this.#argument(value.object)};
		}

		if (isLoggedCommand(value)) {
			return {...masked, arguments: value.arguments.map((word, at) => (at === 0 ? word : this.#argument(word)))};
		}

		return 'nodes' in value && 'startedAtMs' in value ? {...masked, isMasked: true} : masked;
	}

	/** A setting that is a path is one as a whole, blanks and all. */
	#setting(value: unknown, field: string): unknown {
		return typeof value === 'string' && value.startsWith('/')
			? this.#names.name('path', value)
			: this.#masked(value, field);
	}

	/** A node's key, or the name of a setting, a metric or a command. */
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
		if (wordFields.has(field)) {
			// A list of nodes may stand below such a field.
			return isAddress(text) ? this.#address(text) : this.#names.unnamed(text);
		}

		const kind = wholeFields[field];
		if (kind !== undefined) {
			return this.#whole(kind, text);
		}

		return addressFields.has(field) ? this.#address(text) : this.text(text);
	}

	#whole(kind: SecretKind, real: string): string {
		if (publicNames.has(real)) {
			return real;
		}

		return kind === 'path' ? this.#names.name(kind, real) : this.#names.updatePollState(kind, real);
	}

	/** The port stays: nodes name each other by host and port, each in its own way. */
	#address(address: string): string {
		const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
		if (address.startsWith('unix:') || /^\/.*:0$/.test(address)) {
			return `unix:${this.#names.name('path', address.replace(/^unix:|:0$/g, ''))}`;
		}

		return host === undefined || /\s/.test(host)
			? this.text(address)
			: `${this.#names.updatePollState('host', host.replaceAll(/^\[|\]$/g, ''))}:${port}`;
	}

	/** Numbers and flags (`EX`, `COUNT`) too: which of an application's words are its keys, nobody knows. */
	#argument(word: string): string {
		return this.#names.name('key', word);
	}
}
