import type {NodeAddress} from '../domain/node.js';
import type {Exchange} from '../domain/sample.js';
import {findRequest} from '../poll/requests.js';
import {ByteWriter} from './bytes.js';
import type {Entry, OpenFinding} from './entry.js';
import {toText} from './plain-json.js';
import {type KnownText, type ReferenceTexts, textOf, writeText} from './text-difference.js';

/** The first number of each entry in a block. A reader skips an entry whose number it does not know. */
export const entryCodes = {poll: 1, ping: 2, json: 3, replies: 4, findings: 5} as const;

/**
Time for which the last reply to a command is part of the whole state, in milliseconds. Every command is sent at least
every ten minutes.
*/
const keptForMs = 660_000;

/** Kinds of entries whose last entry of each node is part of the whole state. */
const lastingKinds: ReadonlySet<Entry['kind']> = new Set(['host', 'node-gone', 'focus', 'ladder']);

/** A reply that the next one to the same command is compared with. */
type KeptReply = {
	readonly kind: string;
	readonly command: readonly string[];
	readonly form: 'text' | 'json';
	text: KnownText;
	atMs: number;
};

type Poll = Extract<Entry, {readonly kind: 'poll'}>;
type Failure = Extract<Entry, {readonly kind: 'failure'}>;

/** The last known entries and replies of a recorded node. */
type KeptNode = {
	readonly found: Entry;
	readonly aliases: Entry[];
	readonly lasting: Map<Entry['kind'], Entry>;
	/** The node's failed polls since its last answer: the first one, the first of the present kind, and the last one. */
	failures: Failure[];
	readonly replies: Map<string, KeptReply>;
	runId: string | undefined;
	/** The last answered poll, without its replies. */
	poll: Poll | undefined;
	/** The blind spots as they were written. They are written again only after a change. */
	blind: string;
};

/** Encodes entries, and keeps the whole state for the beginning of the next block. */
export class EntryEncoder {
	readonly #nodes = new Map<NodeAddress, KeptNode>();
	readonly #bytes = new ByteWriter();
	readonly #body = new ByteWriter();
	/** The numbers of texts that this block has already. From the second time on, the number stands for the text. */
	#names = new Map<string, number>();
	#jsons = new Map<string, KnownText>();
	/** The monotonic time of each node's last poll in this block. Later times are written as differences to it. */
	#elapsed = new Map<NodeAddress, number>();
	#atMs = 0;
	/** The earlier events, from before redis-top started: one list of the whole deployment. */
	#earlier: Entry | undefined;

	get length(): number {
		return this.#bytes.length;
	}

	/** Returns the bytes that were encoded since the last call. */
	take(): Buffer {
		const bytes = Buffer.from(this.#bytes.bytes());
		this.#bytes.clear();
		return bytes;
	}

	/**
	Begins a block with everything that is known.

	@param reference The reference state, to which the new state is written as a difference; undefined: it is written
	whole.
	*/
	begin(atMs: number, findings: readonly OpenFinding[], reference?: ReferenceTexts): void {
		this.#names = new Map();
		this.#jsons = new Map(reference?.jsons);
		this.#bytes.number(reference?.id ?? 0);
		this.#elapsed = new Map();
		this.#atMs = atMs;
		for (const {found, aliases, lasting, failures} of this.#nodes.values()) {
			for (const entry of [found, ...aliases, ...lasting.values(), ...failures]) {
				this.#writeJson(entry);
			}
		}

		if (this.#earlier !== undefined) {
			this.#writeJson(this.#earlier);
		}

		for (const node of this.#nodes.values()) {
			this.#writeReplies(node, reference);
		}

		this.#write(entryCodes.findings, atMs, () => this.#body.text(toText(findings)));
	}

	/** The texts of the block's state, as the reference of later states. */
	reference(id: number): ReferenceTexts {
		const replies = [...this.#nodes].flatMap(([address, node]) =>
			[...node.replies].map(([key, {text}]) => [`${address} ${key}`, text] as const),
		);
		return {id, jsons: new Map(this.#jsons), replies: new Map(replies)};
	}

	add(entry: Entry): void {
		this.#keep(entry);
		switch (entry.kind) {
			case 'poll': {
				const node = this.#nodes.get(entry.poll.address);
				if (node !== undefined) {
					this.#write(entryCodes.poll, entry.atMs, () => this.#writePoll(node, entry));
				}

				break;
			}

			case 'ping': {
				this.#write(entryCodes.ping, entry.atMs, () => {
					this.#name(entry.address);
					this.#body.number(entry.roundTripMs === undefined ? 0 : micros(entry.roundTripMs) + 1);
					this.#body.number(micros(entry.lagMs));
				});
				break;
			}

			default: {
				this.#writeJson(entry);
			}
		}
	}

	#keep(entry: Entry): void {
		if (entry.kind === 'earlier') {
			this.#earlier = entry;
			return;
		}

		if (entry.kind === 'node-found') {
			this.#nodes.set(entry.address, {
				found: entry,
				aliases: [],
				lasting: new Map(),
				failures: [],
				replies: new Map(),
				runId: undefined,
				poll: undefined,
				blind: '',
			});
			return;
		}

		const address = entry.kind === 'poll' ? entry.poll.address : 'address' in entry ? entry.address : undefined;
		const node = address === undefined ? undefined : this.#nodes.get(address);
		if (node === undefined || address === undefined) {
			return;
		}

		if (entry.kind === 'node-alias') {
			node.aliases.push(entry);
		} else if (entry.kind === 'node-dismissed') {
			this.#nodes.delete(address);
		} else if (entry.kind === 'poll') {
			node.failures = [];
			node.lasting.delete('ladder');
			node.lasting.delete('node-gone');
		} else if (entry.kind === 'failure') {
			node.failures = keptFailures(node.failures, entry);
		} else if (lastingKinds.has(entry.kind)) {
			node.lasting.set(entry.kind, entry);
			if (entry.kind === 'focus') {
				this.#forgetFocus(address);
			}
		}
	}

	#forgetFocus(except: NodeAddress): void {
		for (const [address, {lasting}] of this.#nodes) {
			if (address !== except) {
				lasting.delete('focus');
			}
		}
	}

	#write(code: number, atMs: number, writeBody: () => void): void {
		this.#body.clear();
		this.#body.signed(atMs - this.#atMs);
		this.#atMs = atMs;
		writeBody();
		this.#bytes.number(code);
		this.#bytes.block(this.#body.bytes());
	}

	#writeJson(entry: Entry): void {
		const {atMs, ...content} = entry;
		const key = `${entry.kind} ${'address' in entry ? entry.address : ''}`;
		this.#write(entryCodes.json, atMs, () => {
			this.#name(key);
			this.#jsons.set(key, writeText(this.#body, this.#jsons.get(key), toText(content)));
		});
	}

	#writePoll(node: KeptNode, entry: Poll): void {
		const {poll, intervalMs} = entry;
		this.#forgetOtherProcess(node, entry);
		this.#writeTimes(entry);
		const blind = toText(poll.blind);
		this.#body.number(blind === node.blind ? 0 : 1);
		if (blind !== node.blind) {
			this.#body.text(blind);
			node.blind = blind;
		}

		this.#body.number(micros(intervalMs));
		this.#body.number(poll.exchanges.length);
		for (const exchange of poll.exchanges) {
			this.#body.number(exchange.length);
			for (const one of exchange) {
				this.#writeReply(node, one, poll.atMs);
			}
		}

		// The poll is kept without its replies, which are kept as texts.
		node.poll = {...entry, poll: {...poll, exchanges: []}};
	}

	#writeTimes({atMs, poll}: Poll): void {
		const {address, cost, skipped, every} = poll;
		const elapsed = micros(poll.elapsedMs);
		this.#name(address);
		this.#body.signed(poll.atMs - atMs);
		this.#body.signed(elapsed - (this.#elapsed.get(address) ?? 0));
		this.#elapsed.set(address, elapsed);
		this.#body.number(micros(poll.roundTripMs));
		for (const number of [cost.commands, cost.bytesOut, cost.bytesIn, skipped ?? 0, every ?? 0]) {
			this.#body.number(number);
		}
	}

	#writeReply(node: KeptNode, {kind, command, reply}: Exchange, atMs: number): void {
		const form = typeof reply === 'string' ? 'text' : 'json';
		const key = `${form} ${command.join(' ')}`;
		const text = typeof reply === 'string' ? reply : toText(reply);
		this.#name(key);
		this.#name(kind);
		const kept = node.replies.get(key);
		this.#body.number(kept === undefined ? 1 : 0);
		if (kept === undefined) {
			this.#body.text(toText(command));
			node.replies.set(key, {kind, command, form, atMs, text: writeText(this.#body, undefined, text)});
			return;
		}

		kept.text = writeText(this.#body, kept.text, text);
		kept.atMs = atMs;
	}

	#writeReplies(node: KeptNode, reference: ReferenceTexts | undefined): void {
		const {poll: entry, blind, replies} = node;
		if (entry === undefined) {
			return;
		}

		for (const [key, {kind, atMs}] of replies) {
			const isOld = atMs < entry.poll.atMs - (isEveryPoll(kind) ? 0 : keptForMs);
			if (isOld) {
				replies.delete(key);
			}
		}

		this.#write(entryCodes.replies, entry.atMs, () => {
			this.#writeTimes(entry);
			this.#body.number(micros(entry.intervalMs));
			this.#body.text(blind);
			this.#body.number(replies.size);
			for (const [key, {kind, command, text, atMs}] of replies) {
				this.#name(key);
				this.#name(kind);
				this.#body.text(toText(command));
				this.#body.signed(entry.poll.atMs - atMs);
				writeText(this.#body, reference?.replies.get(`${entry.poll.address} ${key}`), textOf(text));
			}
		});
	}

	/** Forgets the replies of the old process, which do not describe the new one. */
	#forgetOtherProcess(node: KeptNode, {poll}: Poll): void {
		const info = poll.exchanges.flat().find(({kind, reply}) => kind === 'info' && typeof reply === 'string');
		const runId = typeof info?.reply === 'string' ? /^run_id:(\w+)/m.exec(info.reply)?.[1] : undefined;
		if (runId !== undefined && runId !== node.runId) {
			node.runId = Buffer.from(runId).toString();
			node.replies.clear();
		}
	}

	#name(name: string): void {
		const known = this.#names.get(name);
		if (known === undefined) {
			this.#names.set(name, this.#names.size + 1);
			this.#body.number(0);
			this.#body.text(name);
		} else {
			this.#body.number(known);
		}
	}
}

const isEveryPoll = (kind: string): boolean => findRequest(kind)?.everyMs === 'every poll';

const micros = (ms: number): number => Math.round(ms * 1000);

function keptFailures(failures: readonly Failure[], last: Failure): Failure[] {
	const [first] = failures;
	const latest = failures.at(-1);
	if (first === undefined || latest === undefined) {
		return [last];
	}

	const ofKind = failures.find(({failure}) => failure.code === last.failure.code);
	const since = latest.failure.code === last.failure.code ? (ofKind ?? last) : last;
	return [...new Set([first, since, last])];
}
