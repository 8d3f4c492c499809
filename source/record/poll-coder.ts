import type {NodeAddress} from '../domain/node.js';
import type {RawReply} from '../domain/reply.js';
import type {Exchange} from '../domain/sample.js';
import type {RecordedPoll} from '../poll/recorded-poll.js';
import {findRequest} from '../poll/requests.js';
import type {ModelPort} from './coded-form.js';
import type {Entry} from './entry.js';
import {modelledText, TextHistory} from './modelled-text.js';
import {fromText, toText} from './plain-json.js';
import {type KeptText, knownText, textLength, textOf} from './text-tokens.js';

export type PollEntry = Extract<Entry, {readonly kind: 'poll'}>;
export type PingEntry = Extract<Entry, {readonly kind: 'ping'}>;

/** A reply as text, ready to be compared with the next reply to the same command. */
export type ReplyText = {
	readonly key: string;
	readonly kind: string;
	readonly command: readonly string[];
	readonly text: KeptText;
};

/** The last reply to a command, and the history that predicts the next reply. */
type CodedReply = ReplyText & {readonly history: TextHistory};

/** The last reply of a node to each command, by `keyOf`. */
export type NodeTexts = ReadonlyMap<string, ReplyText>;

/**
The last answered poll of a node, and the last reply to each command with its age. The poll's own list of replies is
empty.
*/
export type NodeState = {
	readonly entry: PollEntry;
	readonly replies: ReadonlyArray<{readonly reply: ReplyText; readonly ageMs: number}>;
};

/**
What this block's earlier entries tell about a node. These values predict the node's next entry. Times are in
microseconds, sizes in bytes.
*/
type CodedNode = {
	readonly replies: Map<string, CodedReply>;
	elapsed: number;
	atMs: number;
	commands: number;
	bytesOut: number;
	bytesIn: number;
	skipped: number;
	every: number;
	interval: number;
	blind: string;
	blindSpots: RecordedPoll['blind'];
	pingAtMs: number;
	/** The keys of the replies that came since the last joined poll. */
	readonly came: Set<string>;
};

/**
Writes or reads the entries of polls and PINGs. Only what differs from the expected values takes room. Writer and reader
have one coder each. A writer passes the entry to each method; a reader passes undefined.
*/
export class PollCoder {
	readonly #port: ModelPort;
	readonly #names: string[] = [];
	readonly #numbers = new Map<string, number>();
	readonly #nodes = new Map<string, CodedNode>();
	#address = '';
	#atMs = 0;
	/**
	The key of the previous reply in the same pipeline. It predicts the next key, because nearly all polls have their
	replies in the same order.
	*/
	#lastKey = '';

	constructor(port: ModelPort) {
		this.#port = port;
	}

	/** Begins a block, and forgets everything known from earlier blocks. */
	begin(atMs: number): void {
		this.#names.length = 0;
		this.#numbers.clear();
		this.#nodes.clear();
		this.#address = '';
		this.#atMs = atMs;
	}

	/** The last reply of each node to each command, by node. */
	texts(): ReadonlyMap<string, NodeTexts> {
		return new Map([...this.#nodes].map(([address, {replies}]) => [address, new Map(replies)]));
	}

	/**
	@param isJoined Whether a reader joins several polls. The returned poll then has no replies; `joinedReplies` returns
	them.
	*/
	poll(wanted: PollEntry | undefined, isJoined = false): PollEntry {
		const {node, passed, ...head} = this.#head(wanted);
		const {exchanges, sizes} = this.#exchanges(node, wanted, passed, isJoined);
		const poll = {...head.poll, ...this.#costs(node, wanted?.poll, sizes), exchanges};
		return {kind: 'poll', atMs: head.atMs, poll, intervalMs: head.intervalMs};
	}

	/**
	The replies of a node since the last call of this method, with only the last reply to each command. Replies that
	come with every poll are first.
	*/
	joinedReplies(address: NodeAddress): Exchange[][] {
		const {replies, came} = this.#node(address);
		const known = [...came].flatMap(key => replies.get(key) ?? []);
		came.clear();
		const [always, others] = [true, false].map(isAlways =>
			known.filter(({kind}) => (findRequest(kind)?.everyMs === 'every poll') === isAlways).map(exchangeOf),
		);
		return [always ?? [], others ?? []];
	}

	/**
	Writes or reads the state of a node, as a difference to the node's replies in the reference state.

	@param reference The replies of the reference state, by node.
	*/
	state(wanted: NodeState | undefined, reference: ReadonlyMap<string, NodeTexts> | undefined): NodeState {
		const {node, passed: _, ...head} = this.#head(wanted?.entry);
		for (const [key, reply] of reference?.get(head.poll.address) ?? []) {
			node.replies.set(key, {...reply, history: this.#historyOf('state ', key, reply.kind)});
		}

		this.#lastKey = '';
		const count = this.#near('state', 0, wanted?.replies.length);
		const replies: Array<{readonly reply: ReplyText; readonly ageMs: number}> = [];
		for (let index = 0; index < count; index++) {
			const reply = this.#reply(node, wanted?.replies[index]?.reply, 0, 'state ');
			replies.push({reply, ageMs: this.#near('age', 0, wanted?.replies[index]?.ageMs)});
		}

		for (const [key, reply] of node.replies) {
			node.replies.set(key, {...reply, history: this.#historyOf('', key, reply.kind)});
		}

		const [commands, bytesOut, bytesIn] = [
			this.#near('state commands', 0, wanted?.entry.poll.cost.commands),
			this.#near('state bytes out', 0, wanted?.entry.poll.cost.bytesOut),
			this.#near('state bytes in', 0, wanted?.entry.poll.cost.bytesIn),
		];
		const poll = {...head.poll, ...this.#rhythm(node, wanted?.entry.poll), cost: {commands, bytesOut, bytesIn}};
		return {
			entry: {kind: 'poll', atMs: head.atMs, poll: {...poll, exchanges: []}, intervalMs: head.intervalMs},
			replies,
		};
	}

	ping(wanted: PingEntry | undefined): PingEntry {
		const address = this.#addressOf(wanted?.address);
		const node = this.#node(address);
		const expected = node.pingAtMs === 0 ? this.#atMs : node.pingAtMs + 1000;
		const atMs = this.#near('ping at', expected, wanted?.atMs);
		const reply = wanted?.roundTripMs === undefined ? 0 : micros(wanted.roundTripMs) + 1;
		const roundTrip = this.#near('ping', 0, wanted && reply);
		const lag = this.#near('lag', 0, wanted && micros(wanted.lagMs));
		node.pingAtMs = atMs;
		this.#atMs = atMs;
		return {
			kind: 'ping',
			atMs,
			address,
			roundTripMs: roundTrip === 0 ? undefined : (roundTrip - 1) / 1000,
			lagMs: lag / 1000,
		};
	}

	#head(wanted: PollEntry | undefined) {
		const address = this.#addressOf(wanted?.poll.address);
		const node = this.#node(address);
		const interval = this.#near('interval', node.interval, wanted && micros(wanted.intervalMs));
		const elapsed = this.#near('elapsed', node.elapsed + interval, wanted && micros(wanted.poll.elapsedMs));
		const passed = node.elapsed === 0 ? 0 : elapsed - node.elapsed;
		const atMs = this.#near('poll at', node.atMs + Math.round(passed / 1000), wanted?.poll.atMs);
		const entryAtMs = this.#near('entry at', atMs, wanted?.atMs);
		const roundTrip = this.#near('round trip', 0, wanted && micros(wanted.poll.roundTripMs));
		const blind = this.#blind(node, wanted);
		Object.assign(node, {elapsed, atMs, interval});
		this.#atMs = entryAtMs;
		return {
			node,
			passed,
			atMs: entryAtMs,
			intervalMs: interval / 1000,
			poll: {
				address,
				atMs,
				elapsedMs: elapsed / 1000,
				roundTripMs: roundTrip / 1000,
				blind,
			},
		};
	}

	/**
	Writes or reads one reply, as a difference to the last reply to the same command. Without such a reply, a reply of the
	same kind is used.
	*/
	#reply({replies}: CodedNode, wanted: ReplyText | undefined, passed: number, prefix = ''): ReplyText {
		const key = this.#name(`${prefix}after ${this.#lastKey}`, wanted?.key);
		this.#lastKey = key;
		const known = replies.get(key);
		if (known !== undefined) {
			const isOther = this.#port.flag(
				this.#port.models.flags('other kind'),
				wanted !== undefined && wanted.kind !== known.kind,
			);
			const kind = isOther ? this.#name('kind', wanted?.kind) : known.kind;
			const now = {...known, kind, text: modelledText(this.#port, known.history, known.text, wanted?.text, passed)};
			replies.set(key, now);
			return now;
		}

		const kind = this.#name('kind', wanted?.kind);
		const command = fromText(this.#port.text(toText(wanted?.command))) as readonly string[];
		const like = [...replies.values()].findLast(one => one.kind === kind);
		const history = this.#historyOf(prefix, key, kind);
		const text =
			like === undefined
				? knownText(this.#port.text(wanted === undefined ? '' : textOf(wanted.text)))
				: modelledText(this.#port, this.#historyOf('other ', key, kind), like.text, wanted?.text, 0);
		const first = {key, kind, command, text, history};
		replies.set(key, first);
		return first;
	}

	#historyOf(prefix: string, key: string, kind: string): TextHistory {
		return new TextHistory(`${prefix}${this.#numbers.get(key) ?? key}`, kind === 'info');
	}

	/**
	Writes or reads the replies of a poll. `sizes` has the number of commands and the bytes sent and received, as far as
	they can be computed from the replies.
	*/
	#exchanges(node: CodedNode, wanted: PollEntry | undefined, passed: number, isJoined: boolean) {
		const exchanges: Exchange[][] = [];
		const sizes = {commands: 0, sent: 0, received: 0};
		const writes = this.#near('writes', 0, wanted?.poll.exchanges.length);
		for (let write = 0; write < writes; write++) {
			const some = wanted?.poll.exchanges[write];
			const count = this.#near(`count ${write}`, 0, some?.length);
			const exchange: Exchange[] = [];
			this.#lastKey = '';
			for (let index = 0; index < count; index++) {
				const one = some?.[index];
				const reply = this.#reply(node, one && replyTextOf(one), passed);
				sizes.commands += 1;
				sizes.sent += reply.command.reduce((size, word) => size + word.length + 5, 0);
				sizes.received += typeof one?.reply === 'string' ? one.reply.length : textSize(reply);
				if (isJoined) {
					node.came.add(reply.key);
				} else {
					exchange.push(one ?? exchangeOf(reply));
				}
			}

			exchanges.push(exchange);
		}

		return {exchanges, sizes};
	}

	#costs(
		node: CodedNode,
		wanted: RecordedPoll | undefined,
		sizes: {readonly commands: number; readonly sent: number; readonly received: number},
	) {
		const commands = this.#near('commands', sizes.commands + node.commands, wanted?.cost.commands);
		const bytesOut = this.#near('bytes out', sizes.sent + node.bytesOut, wanted?.cost.bytesOut);
		const bytesIn = this.#near('bytes in', sizes.received + node.bytesIn, wanted?.cost.bytesIn);
		Object.assign(node, {
			commands: commands - sizes.commands,
			bytesOut: bytesOut - sizes.sent,
			bytesIn: bytesIn - sizes.received,
		});
		return {cost: {commands, bytesOut, bytesIn}, ...this.#rhythm(node, wanted)};
	}

	#rhythm(node: CodedNode, wanted: RecordedPoll | undefined) {
		const skipped = this.#near('skipped', node.skipped, wanted && (wanted.skipped ?? 0));
		const every = this.#near('every', node.every, wanted && (wanted.every ?? 0));
		Object.assign(node, {skipped, every});
		return {skipped: skipped === 0 ? undefined : skipped, every: every === 0 ? undefined : every};
	}

	#blind(node: CodedNode, wanted: PollEntry | undefined): RecordedPoll['blind'] {
		const blind = wanted === undefined ? '' : toText(wanted.poll.blind);
		const isOther = wanted !== undefined && blind !== node.blind;
		if (this.#port.flag(this.#port.models.flags('blind'), isOther)) {
			node.blind = this.#port.text(blind);
			node.blindSpots = fromText(node.blind) as RecordedPoll['blind'];
		}

		return node.blindSpots;
	}

	/** Writes or reads a number, as its difference to the expected number. */
	#near(model: string, expected: number, wanted: number | undefined): number {
		return expected + this.#port.number(this.#port.models.number(model), (wanted ?? expected) - expected);
	}

	#addressOf(wanted: string | undefined): NodeAddress {
		this.#address = this.#name(`address ${this.#address}`, wanted);
		return this.#address as NodeAddress;
	}

	/** Writes or reads a name: by its number if the block has the name already, else as text. */
	#name(model: string, wanted: string | undefined): string {
		const known = wanted === undefined ? undefined : this.#numbers.get(wanted);
		const number = this.#port.number(this.#port.models.number(`name ${model}`), known ?? 0);
		if (number === 0) {
			const name = this.#port.text(wanted ?? '');
			this.#names.push(name);
			this.#numbers.set(name, this.#names.length);
			return name;
		}

		const name = this.#names[number - 1];
		if (name === undefined) {
			throw new RangeError('a name that was not written');
		}

		return name;
	}

	#node(address: string): CodedNode {
		const known = this.#nodes.get(address);
		if (known !== undefined) {
			return known;
		}

		const node: CodedNode = {
			replies: new Map(),
			elapsed: 0,
			atMs: this.#atMs,
			commands: 0,
			bytesOut: 0,
			bytesIn: 0,
			skipped: 0,
			every: 0,
			interval: 1_000_000,
			blind: '[]',
			blindSpots: [],
			pingAtMs: 0,
			came: new Set(),
		};
		this.#nodes.set(address, node);
		return node;
	}
}

/**
The key of a reply: its format (`text` or `json`) and its command. The format of a number, a list or an error is JSON.
*/
export const keyOf = ({command, reply}: Exchange): string =>
	`${typeof reply === 'string' ? 'text' : 'json'} ${command.join(' ')}`;

const replyTextOf = (exchange: Exchange): ReplyText => ({
	key: keyOf(exchange),
	kind: exchange.kind,
	command: exchange.command,
	text: knownText(typeof exchange.reply === 'string' ? exchange.reply : toText(exchange.reply)),
});

const textSize = ({key, text}: ReplyText): number => (isTextKey(key) ? textLength(text) : 0);

const isTextKey = (key: string): boolean => key.startsWith('text ');

/**
Converts a reply that was read to an exchange (a command with its reply).
@throws SyntaxError for a reply that is neither a text nor JSON.
*/
export const exchangeOf = ({key, kind, command, text}: ReplyText): Exchange => ({
	kind,
	command,
	reply: isTextKey(key) ? textOf(text) : (fromText(textOf(text)) as RawReply),
});

const micros = (ms: number): number => Math.round(ms * 1000);
