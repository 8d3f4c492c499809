import type {NodeAddress} from '../domain/node.js';
import type {BlindSpot, Exchange} from '../domain/sample.js';
import type {RecordedPoll} from '../poll/recorded-poll.js';
import {ByteReader} from './bytes.js';
import type {Entry, NodeReplies, OpenFinding, WholeState} from './entry.js';
import {entryCodes, jsonKinds} from './entry-codes.js';
import type {FrameContent} from './frame.js';
import {NameReader} from './name-reader.js';
import {fromText} from './plain-json.js';
import {exchangeOf} from './poll-coder.js';
import {readText} from './text-difference.js';
import {firstFormatLimits, type KnownText, textOf} from './text-tokens.js';

type KeptReply = {readonly command: readonly string[]; text: KnownText};

/** The texts of a reference state. Later states are written as differences to these texts. */
type FirstReference = {
	/** Identifies the reference state: the time at which it was taken. */
	readonly id: number;
	readonly jsons: ReadonlyMap<string, KnownText>;
	/** The replies of the reference state, by node and command. */
	readonly replies: ReadonlyMap<string, KnownText>;
};

/**
Decodes one block of the first format, `redis-top/recording@1`: first its whole state, then its parts in order.
redis-top no longer writes this format.
*/
export class FirstFormatDecoder {
	readonly #names = new NameReader();
	readonly #jsons: Map<string, KnownText>;
	readonly #reference: FirstReference | undefined;
	readonly #elapsed = new Map<NodeAddress, number>();
	readonly #blind = new Map<NodeAddress, readonly BlindSpot[]>();
	readonly #replies = new Map<string, KeptReply>();
	readonly #beganMs: number;
	#texts: FirstReference | undefined;
	#atMs: number;
	#isDifference = false;

	/**
	@param beganMs When the block began, in milliseconds since the epoch.
	@param reference The reference state, if the block's state is written as a difference to it.
	*/
	constructor(beganMs: number, reference?: FirstReference) {
		this.#beganMs = beganMs;
		this.#atMs = beganMs;
		this.#reference = reference;
		this.#jsons = new Map();
	}

	/**
	Decodes the whole state that a block begins with.

	@throws RangeError or SyntaxError if the bytes are no such state.
	*/
	state({raw}: FrameContent): WholeState {
		const atMs = this.#atMs;
		const bytes = new ByteReader(raw);
		this.#begin(bytes.number());
		const entries: Entry[] = [];
		const replies: NodeReplies[] = [];
		let findings: readonly OpenFinding[] = [];
		this.#each(bytes, (code, body) => {
			if (code === entryCodes.replies) {
				replies.push(this.#readReplies(body));
			} else if (code === entryCodes.findings) {
				findings = fromText(body.text()) as readonly OpenFinding[];
			} else {
				entries.push(...this.#entry(code, body));
			}
		});
		this.#atMs = atMs;
		return {atMs, entries, replies, findings};
	}

	/** Decodes the entries of a part. In the first format, polls are not joined. */
	joinedEntries(content: FrameContent): Entry[] {
		return this.entries(content);
	}

	/**
	Decodes the entries of a part.

	@throws RangeError or SyntaxError if the bytes are no entries.
	*/
	entries({raw}: FrameContent): Entry[] {
		const entries: Entry[] = [];
		this.#each(new ByteReader(raw), (code, body) => entries.push(...this.#entry(code, body)));
		return entries;
	}

	/**
	Returns a decoder for the next block, whose state is a difference to the state that this decoder has just decoded.
	*/
	next(beganMs: number): FirstFormatDecoder {
		const replies = [...this.#replies].map(([key, {text}]) => [key, text] as const);
		this.#texts ??= {id: this.#beganMs, jsons: new Map(this.#jsons), replies: new Map(replies)};
		return new FirstFormatDecoder(beganMs, this.#texts);
	}

	#begin(id: number): void {
		if (id !== (id === 0 ? 0 : this.#reference?.id)) {
			throw new RangeError('a difference to another state');
		}

		for (const [key, text] of id === 0 ? [] : (this.#reference?.jsons ?? [])) {
			this.#jsons.set(key, text);
		}

		this.#isDifference = id !== 0;
	}

	#each(bytes: ByteReader, take: (code: number, body: ByteReader) => void): void {
		while (!bytes.isAtEnd) {
			const code = bytes.number();
			const body = new ByteReader(bytes.block());
			this.#atMs += body.signed();
			take(code, body);
		}
	}

	#entry(code: number, body: ByteReader): Entry[] {
		const atMs = this.#atMs;
		switch (code) {
			case entryCodes.poll: {
				const {poll, intervalMs} = this.#readPoll(body);
				return [{kind: 'poll', atMs, poll, intervalMs}];
			}

			case entryCodes.ping: {
				const address = this.#names.read(body) as NodeAddress;
				const roundTrip = body.number();
				const roundTripMs = roundTrip === 0 ? undefined : (roundTrip - 1) / 1000;
				return [{kind: 'ping', atMs, address, roundTripMs, lagMs: body.number() / 1000}];
			}

			case entryCodes.json: {
				const key = this.#names.read(body);
				const text = readText(body, this.#jsons.get(key), firstFormatLimits);
				this.#jsons.set(key, text);
				const content = fromText(textOf(text)) as Entry;
				return jsonKinds.has(content?.kind) ? [{...content, atMs}] : [];
			}

			default: {
				return [];
			}
		}
	}

	#readPoll(body: ByteReader): {readonly poll: RecordedPoll; readonly intervalMs: number} {
		const times = this.#readTimes(body);
		const {address, atMs} = times;
		if (body.number() === 1) {
			this.#blind.set(address, fromText(body.text()) as BlindSpot[]);
		}

		const intervalMs = body.number() / 1000;
		const exchanges: Exchange[][] = [];
		for (let writes = body.number(); writes > 0; writes--) {
			const exchange: Exchange[] = [];
			for (let count = body.number(); count > 0; count--) {
				exchange.push(this.#readReply(body, address));
			}

			exchanges.push(exchange);
		}

		return {poll: {...times, atMs, exchanges, blind: this.#blind.get(address) ?? []}, intervalMs};
	}

	#readTimes(body: ByteReader): Omit<RecordedPoll, 'exchanges' | 'blind'> {
		const address = this.#names.read(body) as NodeAddress;
		const atMs = this.#atMs + body.signed();
		const elapsed = (this.#elapsed.get(address) ?? 0) + body.signed();
		this.#elapsed.set(address, elapsed);
		const roundTripMs = body.number() / 1000;
		const cost = {commands: body.number(), bytesOut: body.number(), bytesIn: body.number()};
		const [skipped, every] = [body.number(), body.number()];
		return {
			address,
			atMs,
			elapsedMs: elapsed / 1000,
			roundTripMs,
			cost,
			skipped: skipped === 0 ? undefined : skipped,
			every: every === 0 ? undefined : every,
		};
	}

	#readReply(body: ByteReader, address: NodeAddress): Exchange {
		const key = this.#names.read(body);
		const kind = this.#names.read(body);
		const isNew = body.number() === 1;
		const known = this.#replies.get(`${address} ${key}`);
		const command = isNew ? (fromText(body.text()) as readonly string[]) : known?.command;
		if (command === undefined) {
			throw new RangeError('a reply to an unknown command');
		}

		const text = readText(body, isNew ? undefined : known?.text, firstFormatLimits);
		this.#replies.set(`${address} ${key}`, {command, text});
		return exchangeOf({key, kind, command, text});
	}

	#readReplies(body: ByteReader): NodeReplies {
		const times = this.#readTimes(body);
		const {address, atMs} = times;
		const intervalMs = body.number() / 1000;
		const blindText = body.text();
		const blind = blindText === '' ? [] : (fromText(blindText) as BlindSpot[]);
		this.#blind.set(address, blind);
		const ages = new Map<Exchange, number>();
		const exchange: Exchange[] = [];
		for (let count = body.number(); count > 0; count--) {
			const key = this.#names.read(body);
			const kind = this.#names.read(body);
			const command = fromText(body.text()) as readonly string[];
			const ageMs = body.signed();
			const known = this.#isDifference ? this.#reference?.replies.get(`${address} ${key}`) : undefined;
			const text = readText(body, known, firstFormatLimits);
			this.#replies.set(`${address} ${key}`, {command, text});
			const one = exchangeOf({key, kind, command, text});
			exchange.push(one);
			if (ageMs !== 0) {
				ages.set(one, atMs - ageMs);
			}
		}

		return {address, intervalMs, ages, poll: {...times, exchanges: [exchange], blind}};
	}
}
