import type {NodeAddress} from '../domain/node.js';
import type {Exchange} from '../domain/sample.js';
import {ByteReader} from './bytes.js';
import type {Entry, NodeReplies, OpenFinding, WholeState} from './entry.js';
import {entryCodes, jsonKinds} from './entry-codes.js';
import type {ReferenceTexts} from './entry-encoder.js';
import type {FrameContent} from './frame.js';
import {NameReader} from './name-reader.js';
import {NumberReader} from './number-coder.js';
import {fromText} from './plain-json.js';
import {exchangeOf, type NodeState, PollCoder, type PollEntry} from './poll-coder.js';
import {readText} from './text-difference.js';
import {type KnownText, textOf} from './text-tokens.js';

/** Decodes one block: first its whole state, then its parts in order. */
export class EntryDecoder {
	readonly #names = new NameReader();
	readonly #jsons = new Map<string, KnownText>();
	readonly #reference: ReferenceTexts | undefined;
	readonly #numbers = new NumberReader();
	readonly #coder: PollCoder;
	readonly #beganMs: number;
	#texts: ReferenceTexts | undefined;
	#body = new ByteReader(Buffer.alloc(0));
	#atMs: number;

	/**
	@param beganMs When the block began, in milliseconds since the epoch.
	@param reference The reference state, if the block's state is written as a difference to it.
	*/
	constructor(beganMs: number, reference?: ReferenceTexts) {
		this.#beganMs = beganMs;
		this.#atMs = beganMs;
		this.#reference = reference;
		this.#coder = new PollCoder({
			models: this.#numbers.models,
			flag: model => this.#numbers.flag(model),
			number: model => this.#numbers.number(model),
			text: () => this.#body.text(),
		});
		this.#coder.begin(beganMs);
	}

	/**
	Decodes the whole state that a block begins with.

	@throws RangeError or SyntaxError if the bytes are no such state.
	*/
	state({raw, numbers}: FrameContent): WholeState {
		const bytes = new ByteReader(raw);
		const isDifference = this.#begin(bytes.number());
		const entries: Entry[] = [];
		const replies: NodeReplies[] = [];
		let findings: readonly OpenFinding[] = [];
		this.#numbers.begin(numbers);
		this.#each(bytes, code => {
			if (code === entryCodes.replies) {
				replies.push(repliesOf(this.#coder.state(undefined, isDifference ? this.#reference?.replies : undefined)));
			} else if (code === entryCodes.findings) {
				findings = fromText(this.#body.text()) as readonly OpenFinding[];
			} else {
				entries.push(...this.#entry(code));
			}
		});
		return {atMs: this.#beganMs, entries, replies, findings};
	}

	/**
	Decodes the entries of a part, and joins the polls of each node into the last of them. The joined poll has the last
	reply to each command, as if the node had been polled more rarely. This takes a fraction of the time of `entries`.
	@throws RangeError or SyntaxError if the bytes are no entries.
	*/
	joinedEntries({raw, numbers}: FrameContent): Entry[] {
		const entries = new Set<Entry>();
		const polls = new Map<NodeAddress, PollEntry>();
		this.#numbers.begin(numbers);
		this.#each(new ByteReader(raw), code => {
			if (code !== entryCodes.poll) {
				for (const entry of this.#entry(code)) {
					entries.add(entry);
				}

				return;
			}

			const poll = this.#coder.poll(undefined, true);
			const {address} = poll.poll;
			const before = polls.get(address);
			const entry = before === undefined ? poll : joined(before, poll);
			if (before !== undefined) {
				entries.delete(before);
			}

			entries.add(entry);
			polls.set(address, entry);
		});
		return [...entries].map(entry =>
			entry.kind === 'poll'
				? {...entry, poll: {...entry.poll, exchanges: this.#coder.joinedReplies(entry.poll.address)}}
				: entry,
		);
	}

	/**
	Decodes the entries of a part.

	@throws RangeError or SyntaxError if the bytes are no entries.
	*/
	entries({raw, numbers}: FrameContent): Entry[] {
		const entries: Entry[] = [];
		this.#numbers.begin(numbers);
		this.#each(new ByteReader(raw), code => entries.push(...this.#entry(code)));
		return entries;
	}

	/**
	Returns a decoder for the next block, whose state is a difference to the state that this decoder has just decoded.
	*/
	next(beganMs: number): EntryDecoder {
		this.#texts ??= {id: this.#beganMs, jsons: new Map(this.#jsons), replies: this.#coder.texts()};
		return new EntryDecoder(beganMs, this.#texts);
	}

	/** Begins a state with the texts of its reference state. Returns false for a state that is written whole (id 0). */
	#begin(id: number): boolean {
		if (id === 0) {
			return false;
		}

		if (id !== this.#reference?.id) {
			throw new RangeError('a difference to another state');
		}

		for (const [key, text] of this.#reference.jsons) {
			this.#jsons.set(key, text);
		}

		return true;
	}

	#each(bytes: ByteReader, take: (code: number) => void): void {
		while (!bytes.isAtEnd) {
			const code = bytes.number();
			this.#body = new ByteReader(bytes.block());
			take(code);
		}
	}

	#entry(code: number): Entry[] {
		switch (code) {
			case entryCodes.poll: {
				return [this.#coder.poll(undefined)];
			}

			case entryCodes.ping: {
				return [this.#coder.ping(undefined)];
			}

			case entryCodes.json: {
				this.#atMs += this.#body.signed();
				const key = this.#names.read(this.#body);
				const text = readText(this.#body, this.#jsons.get(key));
				this.#jsons.set(key, text);
				const content = fromText(textOf(text)) as Entry;
				return jsonKinds.has(content?.kind) ? [{...content, atMs: this.#atMs}] : [];
			}

			default: {
				return [];
			}
		}
	}
}

/** Joins two successive polls of a node into one poll, without replies. */
function joined(before: PollEntry, after: PollEntry): PollEntry {
	const {cost, skipped = 0, every = 1} = after.poll;
	return {
		...after,
		poll: {
			...after.poll,
			cost: {
				commands: before.poll.cost.commands + cost.commands,
				bytesOut: before.poll.cost.bytesOut + cost.bytesOut,
				bytesIn: before.poll.cost.bytesIn + cost.bytesIn,
			},
			skipped: (before.poll.skipped ?? 0) + skipped + 1,
			every: (before.poll.every ?? 1) + every,
		},
	};
}

function repliesOf({entry, replies}: NodeState): NodeReplies {
	const ages = new Map<Exchange, number>();
	const exchange = replies.map(({reply, ageMs}) => {
		const one = exchangeOf(reply);
		if (ageMs !== 0) {
			ages.set(one, entry.poll.atMs - ageMs);
		}

		return one;
	});
	const {poll, intervalMs} = entry;
	return {address: poll.address, intervalMs, ages, poll: {...poll, exchanges: [exchange]}};
}
