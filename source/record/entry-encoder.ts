import type {NodeAddress} from '../domain/node.js';
import {findRequest} from '../poll/requests.js';
import {ByteWriter} from './bytes.js';
import type {Entry, OpenFinding} from './entry.js';
import {entryCodes} from './entry-codes.js';
import type {FrameContent} from './frame.js';
import {NumberWriter} from './number-coder.js';
import {toText} from './plain-json.js';
import {keyOf, type NodeState, type NodeTexts, PollCoder, type PollEntry} from './poll-coder.js';
import {writeText} from './text-difference.js';
import type {KnownText} from './text-tokens.js';

/**
How long the last reply to a command stays part of the whole state, in milliseconds. Every command is sent at least
every ten minutes, so a node that answers has a newer reply before this time is over.
*/
const keptForMs = 660_000;

/** For these kinds of entries, a whole state contains each node's last entry. */
const lastingKinds: ReadonlySet<Entry['kind']> = new Set(['host', 'node-gone', 'focus', 'ladder']);

/** The texts of a reference state. Later states are written as differences to these texts. */
export type ReferenceTexts = {
	/** Identifies the reference state: the time at which it was taken. */
	readonly id: number;
	readonly jsons: ReadonlyMap<string, KnownText>;
	readonly replies: ReadonlyMap<string, NodeTexts>;
};

type Failure = Extract<Entry, {readonly kind: 'failure'}>;

/** The last known entries and replies of a recorded node. */
type KeptNode = {
	readonly found: Entry;
	readonly aliases: Entry[];
	readonly lasting: Map<Entry['kind'], Entry>;
	/**
	Three of the node's failed polls since its last answer: the first, the first with the present failure code, and the
	last.
	*/
	failures: Failure[];
	/** When the last reply to each command came, in milliseconds since the epoch. */
	readonly repliedAtMs: Map<string, number>;
	runId: string | undefined;
	/** The last answered poll. Its replies are left out, because they are kept as texts. */
	poll: PollEntry | undefined;
};

/** Encodes entries. It also keeps the whole state, which the next block begins with. */
export class EntryEncoder {
	readonly #nodes = new Map<NodeAddress, KeptNode>();
	readonly #bytes = new ByteWriter();
	readonly #body = new ByteWriter();
	readonly #numbers = new NumberWriter();
	readonly #coder = new PollCoder({
		models: this.#numbers.models,
		flag: (model, isSet) => {
			this.#numbers.flag(model, isSet);
			return isSet;
		},
		number: (model, value) => {
			this.#numbers.number(model, value);
			return value;
		},
		text: value => {
			this.#body.text(value);
			return value;
		},
	});
	/** The number that stands for each name in this block. A name is written in full only once. */
	#names = new Map<string, number>();
	#jsons = new Map<string, KnownText>();
	#atMs = 0;
	/** The events from before redis-top started, as one list for the whole deployment. */
	#earlier: Entry | undefined;

	get length(): number {
		return this.#bytes.length;
	}

	/** Returns what was encoded since the last call. */
	take(): FrameContent {
		const raw = Buffer.from(this.#bytes.bytes());
		this.#bytes.clear();
		return {raw, numbers: this.#numbers.take()};
	}

	/**
	Begins a block with the whole state.

	@param reference The reference state, to which the new state is written as a difference. Undefined: the state is
	written whole.
	*/
	begin(atMs: number, findings: readonly OpenFinding[], reference?: ReferenceTexts): void {
		const texts = this.#coder.texts();
		this.#names = new Map();
		this.#jsons = new Map(reference?.jsons);
		this.#bytes.number(reference?.id ?? 0);
		this.#numbers.models.clear();
		this.#coder.begin(atMs);
		this.#atMs = atMs;
		for (const {found, aliases, lasting, failures} of this.#nodes.values()) {
			for (const entry of [found, ...aliases, ...lasting.values(), ...failures]) {
				this.#writeJson(entry);
			}
		}

		if (this.#earlier !== undefined) {
			this.#writeJson(this.#earlier);
		}

		for (const [address, node] of this.#nodes) {
			const state = stateOf(node, texts.get(address));
			if (state !== undefined) {
				this.#write(entryCodes.replies, () => this.#coder.state(state, reference?.replies));
			}
		}

		this.#write(entryCodes.findings, () => this.#body.text(toText(findings)));
	}

	/** The texts of the block's whole state, for use as a reference state of later blocks. */
	reference(id: number): ReferenceTexts {
		return {id, jsons: new Map(this.#jsons), replies: this.#coder.texts()};
	}

	add(entry: Entry): void {
		this.#keep(entry);
		switch (entry.kind) {
			case 'poll': {
				const node = this.#nodes.get(entry.poll.address);
				if (node !== undefined) {
					this.#writePoll(node, entry);
				}

				break;
			}

			case 'ping': {
				this.#write(entryCodes.ping, () => this.#coder.ping(entry));
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
				repliedAtMs: new Map(),
				runId: undefined,
				poll: undefined,
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

	#write(code: number, writeBody: () => void): void {
		this.#body.clear();
		writeBody();
		this.#bytes.number(code);
		this.#bytes.block(this.#body.bytes());
	}

	#writeJson(entry: Entry): void {
		const {atMs, ...content} = entry;
		const key = `${entry.kind} ${'address' in entry ? entry.address : ''}`;
		this.#write(entryCodes.json, () => {
			this.#body.signed(atMs - this.#atMs);
			this.#atMs = atMs;
			this.#name(key);
			this.#jsons.set(key, writeText(this.#body, this.#jsons.get(key), toText(content)));
		});
	}

	#writePoll(node: KeptNode, entry: PollEntry): void {
		const {poll} = entry;
		this.#forgetOtherProcess(node, entry);
		this.#write(entryCodes.poll, () => this.#coder.poll(entry));
		for (const exchange of poll.exchanges.flat()) {
			node.repliedAtMs.set(keyOf(exchange), poll.atMs);
		}

		// The poll is kept without its replies, which are kept as texts.
		node.poll = {...entry, poll: {...poll, exchanges: []}};
	}

	/** Forgets the replies of a node's previous process. They do not describe the process that runs now. */
	#forgetOtherProcess(node: KeptNode, {poll}: PollEntry): void {
		const info = poll.exchanges.flat().find(({kind, reply}) => kind === 'info' && typeof reply === 'string');
		const runId = typeof info?.reply === 'string' ? /^run_id:(\w+)/m.exec(info.reply)?.[1] : undefined;
		if (runId !== undefined && runId !== node.runId) {
			node.runId = Buffer.from(runId).toString();
			node.repliedAtMs.clear();
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

/** The state of a node that has answered. Replies older than `keptForMs` are left out and forgotten. */
function stateOf({poll: entry, repliedAtMs}: KeptNode, texts: NodeTexts | undefined): NodeState | undefined {
	if (entry === undefined || texts === undefined) {
		return undefined;
	}

	const replies: NodeState['replies'][number][] = [];
	for (const [key, reply] of texts) {
		const atMs = repliedAtMs.get(key) ?? Number.NEGATIVE_INFINITY;
		const leastMs = entry.poll.atMs - (isEveryPoll(reply.kind) ? 0 : keptForMs);
		if (atMs >= leastMs) {
			replies.push({reply, ageMs: entry.poll.atMs - atMs});
		} else {
			repliedAtMs.delete(key);
		}
	}

	return {entry, replies};
}

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
