import {temporaryFixes} from '../derive/temporary-fixes.js';
import type {AuditEntry} from '../domain/audit.js';
import type {NodeAddress} from '../domain/node.js';
import type {Exchange} from '../domain/sample.js';
import {newPollState, type PollState} from '../poll/poll-state.js';
import {readReplies} from '../poll/read-replies.js';
import {outcomeOf, type RecordedPoll} from '../poll/recorded-poll.js';
import {findRequest} from '../poll/requests.js';
import type {Entry, NodeReplies, WholeState} from '../record/entry.js';
import type {RecordedSession, RecordedStep} from '../record/recorded-session.js';
import {defaultRuleSettings, type RuleSettings} from '../rules/node-facts.js';
import type {MonitorStore} from '../state/monitor-store.js';
import type {AgedReading, ReadingAges} from '../state/store-input.js';
import type {ReplayClock} from './replay-clock.js';

/**
Number of poll intervals without a poll of a node, after which the node's data is taken from another monitor's
recording.
*/
const intervalsBeforeTakeover = 5;
const leastTakeoverMs = 5000;

/** The recorded session whose polls of a node are used, and the poll state for reading the node's replies. */
type Holder = {session: RecordedSession; state: PollState; lastMs: number; intervalMs: number};

export type ReplayFeedOptions = {
	readonly store: MonitorStore;
	readonly clock: ReplayClock;
	/**
	The present configuration's rule settings for all nodes, which override the recorded settings. Undefined: the recorded
	settings.
	*/
	readonly settings?: RuleSettings | undefined;
};

/** Passes the steps of a recording to a monitor store, as polling passed them to the live store. */
export class ReplayFeed {
	readonly #options: ReplayFeedOptions;
	readonly #holders = new Map<NodeAddress, Holder>();
	readonly #audit: AuditEntry[] = [];
	/**
	For each session, the number of milliseconds to add to its monotonic times. The sums are on the monotonic clock of the
	first session.
	*/
	readonly #shifts = new Map<string, number>();
	#originMs: number | undefined;

	constructor(options: ReplayFeedOptions) {
		this.#options = options;
	}

	apply({session, atMs, entry, state}: RecordedStep): void {
		if (state !== undefined) {
			this.#options.clock.moveTo(Math.max(atMs, this.#options.clock.now()));
			this.#restore(session, state);
			return;
		}

		this.#options.clock.moveTo(Math.max(atMs, this.#options.clock.now()));
		this.#take(session, entry);
		this.#forgetUnrecorded(session, atMs);
	}

	/**
	Removes nodes that no session records any more. For such a node, the session that polled it has ended. This
	step's session has run long enough to poll the node, but has not. If the node stayed, it would look as if it did not
	answer.
	*/
	#forgetUnrecorded({id, beganMs}: RecordedSession, atMs: number): void {
		for (const [address, {session, lastMs, intervalMs}] of this.#holders) {
			const patienceMs = Math.max(leastTakeoverMs, intervalsBeforeTakeover * intervalMs);
			const isOver = session.id !== id && atMs - Math.max(session.endedMs, lastMs, beganMs) > patienceMs;
			if (isOver) {
				this.#holders.delete(address);
				this.#options.store.dismiss(address, 'is in no recording from here on');
			}
		}
	}

	#take(session: RecordedSession, entry: Entry): void {
		const {store} = this.#options;
		switch (entry.kind) {
			case 'node-found': {
				store.addNode(entry.address, entry.endpoint, entry.origin, this.#options.settings ?? settingsOf(entry));
				break;
			}

			case 'node-alias': {
				store.addName(entry.address, entry.alias);
				break;
			}

			case 'node-gone': {
				store.setGone(entry.address, entry.isGone);
				break;
			}

			case 'node-dismissed': {
				this.#holders.delete(entry.address);
				store.dismiss(entry.address);
				break;
			}

			case 'memory-used': {
				store.noteMemory(entry.nodes);
				break;
			}

			case 'poll': {
				const holder = this.#hold(session, entry.poll.address, entry.atMs, entry.intervalMs);
				const outcome = holder && outcomeOf(this.#shifted(session, entry.poll), holder.state);
				if (outcome !== undefined) {
					store.ingest(outcome, entry.intervalMs);
				}

				break;
			}

			case 'failure': {
				if (this.#hold(session, entry.address, entry.atMs, entry.intervalMs) !== undefined) {
					const {address, failedAtMs, askedAtMs, failure} = entry;
					store.ingest({kind: 'failed', address, atMs: failedAtMs, askedAtMs, failure}, entry.intervalMs);
				}

				break;
			}

			case 'ping': {
				if ((this.#holders.get(entry.address)?.session ?? session).id === session.id) {
					store.ingestPing(entry.address, entry.roundTripMs, entry.lagMs);
				}

				break;
			}

			case 'look': {
				store.ingestLook(entry.address, entry.look);
				break;
			}

			case 'host': {
				store.ingestHost(entry.address, entry.evidence, entry.begunAtMs);
				break;
			}

			case 'ladder': {
				store.ingestLadder(entry.address, entry.ladder);
				break;
			}

			case 'focus': {
				store.setFocus(entry.address);
				break;
			}

			case 'events': {
				store.addEvents(entry.events);
				break;
			}

			case 'earlier': {
				store.restoreEarlier(entry.events);
				break;
			}

			case 'actions': {
				this.#audit.push(...entry.lines);
				store.set({
					audit: {
						entries: [...this.#audit],
						broken: 0,
						fixes: temporaryFixes(this.#audit),
						problem: undefined,
					},
				});
			}
		}
	}

	#restore(session: RecordedSession, state: WholeState): void {
		const {store, clock} = this.#options;
		const failures = state.entries.filter(({kind}) => kind === 'failure' || kind === 'ladder');
		for (const entry of state.entries) {
			if (!failures.includes(entry)) {
				clock.at(entry.atMs, () => this.#take(session, entry));
			}
		}

		const ages = new Map<NodeAddress, ReadingAges>();
		for (const replies of state.replies) {
			const read = this.#takeReplies(session, replies);
			if (read !== undefined) {
				ages.set(replies.address, read);
			}
		}

		for (const entry of failures) {
			clock.at(entry.atMs, () => this.#take(session, entry));
		}

		store.restore({findings: state.findings, ages});
	}

	/**
	Processes the last replies of a node, which stand at the beginning of a block. Returns the times of the replies that
	are older than the node's last poll.
	*/
	#takeReplies(session: RecordedSession, {address, poll, intervalMs, ages}: NodeReplies): ReadingAges | undefined {
		const holder = this.#hold(session, address, poll.atMs, intervalMs);
		if (holder === undefined) {
			return undefined;
		}

		const {store, clock} = this.#options;
		// The newest reply to a command is read last, so that its values stay. INFO comes first, because it decides how
		// other replies are read.
		const cameAt = (exchange: Exchange) => ages.get(exchange) ?? poll.atMs;
		const exchange = poll.exchanges.flat().sort((one, other) => cameAt(one) - cameAt(other));
		const infos = exchange.filter(({kind}) => findRequest(kind)?.everyMs === 'every poll');
		const others = exchange.filter(one => !infos.includes(one));
		const outcome = outcomeOf(this.#shifted(session, {...poll, exchanges: [infos, others]}), holder.state);
		if (outcome === undefined) {
			return undefined;
		}

		clock.at(poll.atMs, () => store.ingest(outcome, intervalMs));
		const read = new Map<AgedReading, number>();
		for (const [one, atMs] of [...ages].sort(([, one], [, other]) => one - other)) {
			for (const name of readingsIn(one)) {
				read.set(name, atMs);
			}
		}

		for (const one of exchange.filter(other => !ages.has(other))) {
			for (const name of readingsIn(one)) {
				read.delete(name);
			}
		}

		return read;
	}

	/**
	Returns the holder of a node for an entry of `session`. Undefined while the node's polls of another session are used.
	*/
	#hold(session: RecordedSession, address: NodeAddress, atMs: number, intervalMs: number): Holder | undefined {
		const known = this.#holders.get(address);
		if (known?.session.id === session.id) {
			known.session = session;
			known.lastMs = atMs;
			known.intervalMs = intervalMs;
			return known;
		}

		const patienceMs = Math.max(leastTakeoverMs, intervalsBeforeTakeover * (known?.intervalMs ?? 0));
		if (known !== undefined && atMs - known.lastMs < patienceMs) {
			return undefined;
		}

		if (known !== undefined) {
			this.#options.store.interrupt(address);
		}

		const holder = {session, state: newPollState(), lastMs: atMs, intervalMs};
		this.#holders.set(address, holder);
		return holder;
	}

	/** Converts a poll to the monotonic time of the first session, because each process counts from its own start. */
	#shifted({id}: RecordedSession, poll: RecordedPoll): RecordedPoll {
		const startedMs = Math.round(poll.atMs - poll.elapsedMs);
		this.#originMs ??= startedMs;
		const shiftMs = this.#shifts.get(id) ?? startedMs - this.#originMs;
		this.#shifts.set(id, shiftMs);
		return shiftMs === 0 ? poll : {...poll, elapsedMs: poll.elapsedMs + shiftMs};
	}
}

/** The names of the readings in a node's record that come from a reply. */
function readingsIn(exchange: Exchange): AgedReading[] {
	const {extras} = readReplies([exchange], newPollState(), {atMs: 0, elapsedMs: 0});
	const {histograms, sentinelListeners: _, ...others} = extras;
	const names = Object.keys(others) as AgedReading[];
	return histograms === undefined ? names : [...names, 'latency'];
}

const settingsOf = ({settings}: Extract<Entry, {readonly kind: 'node-found'}>): RuleSettings => ({
	...defaultRuleSettings,
	...settings,
	thresholds: {...defaultRuleSettings.thresholds, ...settings?.thresholds},
});
