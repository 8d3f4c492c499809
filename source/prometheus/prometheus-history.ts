import type {Clock} from '../domain/clock.js';
import type {NodeAddress} from '../domain/node.js';
import type {EarlierStates} from '../state/earlier-states.js';
import {capacityOf} from '../state/long-series.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {longSeries} from '../state/new-record.js';
import {fillSeries, roomOf} from './fill-series.js';
import {type FoundPast, findPast} from './find-past.js';
import type {LabelMapping} from './label-mapping.js';
import type {NodePast} from './node-past.js';
import {pastFindings} from './past-findings.js';
import {pastRecord, pastWindowMs} from './past-record.js';
import type {Prometheus} from './prometheus.js';
import {scrubbed} from './scrub-steps.js';

/**
Largest number of nodes, besides the node in focus, whose past is shown. Each node takes a query and a reply of about a
megabyte.
*/
const nodesShown = 12;

/** Wait before the first retry after a failure, in milliseconds. Each further wait is twice as long. */
const firstRetryMs = 5000;
/** Longest wait before any retry, in milliseconds. */
const longestRetryMs = 60_000;

export type PrometheusHistoryOptions = {
	readonly prometheus: Pick<Prometheus, 'query' | 'place'>;
	readonly mapping: LabelMapping | undefined;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly live: () => MonitorState;
	/**
	Returns the oldest moment that this run's own history has of a node, in milliseconds since the epoch. Undefined for a
	node without history.
	*/
	readonly ownFrom: (node: NodeAddress) => number | undefined;
	/** Called once when Prometheus stops providing the past, and once when it provides the past again. */
	readonly notify: (text: string, tone: 'plain' | 'warning') => void;
};

/** The search for a node's series in Prometheus, and its result. */
type Sought = {
	past: NodePast | undefined;
	/** Why the last attempt failed, as a line that completes "Prometheus …"; undefined if it did not fail. */
	why: string | undefined;
	search: Promise<FoundPast> | undefined;
	/**
	How many readings the node's series could hold when they were last filled; 0 before that. If they can hold more now,
	they are filled again.
	*/
	filledLength: number;
	isFilling: boolean;
	/**
	Whether Prometheus answered that it does not know the node. Prometheus is asked for such a node again only while the
	node is in focus.
	*/
	isUnknown: boolean;
	attempts: number;
	/** Prometheus is not asked about this node before this moment of the monotonic clock, in milliseconds. */
	notBeforeMs: number;
};

/**
The past of the nodes, read from a Prometheus. It fills the nodes' series with the time before redis-top's start. It
also shows moments that are older than this run's own history. Prometheus is asked only for what is on the screen, and
never by a timer.
*/
export class PrometheusHistory implements EarlierStates {
	readonly #options: PrometheusHistoryOptions;
	readonly #nodes = new Map<NodeAddress, Sought>();
	readonly #listeners = new Set<() => void>();
	#focus: NodeAddress | undefined;
	/** The past moment (milliseconds since the epoch) that the screen shows, or has shown last. */
	#wantedMs: number | undefined;
	#isLoading = false;
	/** The nodes on the screen. Their series are filled before the series of other nodes. */
	#seen: ReadonlySet<NodeAddress> = new Set();
	#isFillingOthers = false;
	#isComplaining = false;

	constructor(options: PrometheusHistoryOptions) {
		this.#options = options;
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	/**
	Fills the series of each node once, as soon as the node has given a sample or failed. The node in focus comes first,
	then the nodes on the screen, then the others, one after the other.
	*/
	follow(focus: NodeAddress | undefined, seen: ReadonlySet<NodeAddress> = new Set()): void {
		this.#focus = focus;
		this.#seen = seen;
		const record = focus === undefined ? undefined : this.#options.live().nodes.get(focus);
		if (record !== undefined && this.#isDue(record)) {
			void this.#fill(record.address).finally(() => this.#fillOthers());
		} else if (record === undefined || !this.#sought(record.address).isFilling) {
			void this.#fillOthers();
		}
	}

	/**
	Whether to fill a node's series now: the node has given a sample or failed, the series are not filled yet, and no
	attempt is under way or failed a moment ago.
	*/
	#isDue(record: NodeRecord): boolean {
		const sought = this.#nodes.get(record.address);
		const hasBegun = record.sample !== undefined || record.failure !== undefined;
		return (
			hasBegun &&
			(sought === undefined ||
				(!sought.isFilling &&
					sought.filledLength < capacityOf(record) &&
					this.#options.clock.elapsed() >= sought.notBeforeMs))
		);
	}

	/** The next node whose series are to be filled, other than the node in focus. */
	#nextOther(): NodeRecord | undefined {
		const {nodes} = this.#options.live();
		const isNext = (record: NodeRecord) =>
			record.address !== this.#focus &&
			this.#nodes.get(record.address)?.isUnknown !== true &&
			roomOf(record) > 0 &&
			this.#isDue(record);
		const seen = [...this.#seen].flatMap(address => nodes.get(address) ?? []);
		return seen.find(isNext) ?? [...nodes.values()].find(isNext);
	}

	/** Fills the series of nodes out of focus, one at a time, so that the node in focus never waits for many of them. */
	async #fillOthers(): Promise<void> {
		if (this.#isFillingOthers) {
			return;
		}

		this.#isFillingOthers = true;
		const {clock} = this.#options;
		const isAway = () =>
			[...this.#nodes.values()].some(({isUnknown, notBeforeMs}) => !isUnknown && clock.elapsed() < notBeforeMs);
		for (let next = this.#nextOther(); next !== undefined && !isAway(); next = this.#nextOther()) {
			await this.#fill(next.address);
			if (this.#options.signal.aborted) {
				break;
			}
		}

		this.#isFillingOthers = false;
	}

	readonly momentFrom: EarlierStates['momentFrom'] = (node, fromMs, by, unit) => {
		const ownMs = this.#options.ownFrom(node) ?? Number.POSITIVE_INFINITY;
		const momentMs =
			unit === 'minute' ? scrubbed(fromMs, by, this.#options.clock.now()) : this.#scrapeFrom(node, fromMs, by);
		const isEarlier = (atMs: number) => atMs < ownMs;
		if (momentMs === undefined || momentMs >= this.#options.clock.now()) {
			return undefined;
		}

		return isEarlier(momentMs) ? momentMs : isEarlier(fromMs) ? ownMs : undefined;
	};

	readonly at: EarlierStates['at'] = (live, atMs) => {
		const {ownFrom, prometheus} = this.#options;
		const focus = this.#focus;
		const ownMs = focus === undefined ? undefined : ownFrom(focus);
		if (focus === undefined || (ownMs !== undefined && atMs >= ownMs)) {
			return undefined;
		}

		this.#wantedMs = atMs;
		void this.#loadWanted();
		const shown = this.#shownNodes(live).map(record => {
			const past = this.#nodes.get(record.address)?.past;
			const scrapes = past?.scrapes(atMs - pastWindowMs - 2 * past.periodMs, atMs) ?? [];
			return pastRecord(record, scrapes, atMs, past?.periodMs ?? 60_000);
		});
		const {findings, blindRules} = pastFindings(shown, atMs);
		const isKnown = shown.some(({record}) => record.address === focus && record.lastReplyAtMs !== undefined);
		const isDown = shown.some(({record}) => record.address === focus && record.failure !== undefined);
		return {
			...live,
			nodes: new Map(shown.map(({record}) => [record.address, record])),
			cluster: undefined,
			events: live.events.filter(event => event.atMs <= atMs),
			findings,
			blindRules,
			incidentSinceMs: undefined,
			audit: undefined,
			earlier: {
				name: 'Prometheus',
				note: isKnown || isDown ? undefined : `${prometheus.place}: ${this.#whyUnknown(focus, atMs)}`,
			},
		};
	};

	#sought(address: NodeAddress): Sought {
		const known = this.#nodes.get(address);
		if (known !== undefined) {
			return known;
		}

		const sought: Sought = {
			past: undefined,
			why: undefined,
			search: undefined,
			filledLength: 0,
			isFilling: false,
			isUnknown: false,
			attempts: 0,
			notBeforeMs: Number.NEGATIVE_INFINITY,
		};
		this.#nodes.set(address, sought);
		return sought;
	}

	/** The nodes whose past is read for a past moment: the node in focus, and the first `nodesShown` nodes. */
	#shownNodes({nodes}: MonitorState): readonly NodeRecord[] {
		const records = [...nodes.values()];
		const place = records.findIndex(({address}) => address === this.#focus);
		return records.filter((_, index) => index === place || index < nodesShown);
	}

	#whyUnknown(focus: NodeAddress, atMs: number): string {
		const {why, past} = this.#sought(focus);
		if (why !== undefined) {
			return why;
		}

		return past?.has(atMs - pastWindowMs, atMs) === true
			? 'has no scrape of this node at this moment'
			: 'is asked for this moment';
	}

	#scrapeFrom(node: NodeAddress, fromMs: number, by: 1 | -1): number | undefined {
		const past = this.#nodes.get(node)?.past;
		if (past === undefined) {
			return undefined;
		}

		const times = past.scrapes(fromMs - 10 * past.periodMs, fromMs + 10 * past.periodMs).map(({atMs}) => atMs);
		return by === 1 ? times.find(atMs => atMs > fromMs) : times.findLast(atMs => atMs < fromMs);
	}

	/** Finds the series of a node in Prometheus. For each node, only one search is under way at a time. */
	async #find(address: NodeAddress, sought: Sought): Promise<NodePast | undefined> {
		if (sought.past !== undefined) {
			return sought.past;
		}

		const record = this.#options.live().nodes.get(address);
		if (record === undefined) {
			return undefined;
		}

		sought.search ??= findPast(record, this.#options);
		const found = await sought.search;
		sought.search = undefined;
		if (found.kind === 'found') {
			sought.past = found.past;
			sought.isUnknown = false;
		} else {
			sought.isUnknown = found.isAnswered;
			this.#failed(address, sought, found.why);
		}

		return sought.past;
	}

	async #fill(address: NodeAddress): Promise<void> {
		const sought = this.#sought(address);
		sought.isFilling = true;
		try {
			await this.#fillFrom(address, sought);
		} finally {
			sought.isFilling = false;
		}
	}

	async #fillFrom(address: NodeAddress, sought: Sought): Promise<void> {
		const {clock, live, signal} = this.#options;
		const past = await this.#find(address, sought);
		const before = live().nodes.get(address);
		if (past === undefined || before === undefined) {
			return;
		}

		const toMs = clock.now();
		const lengthMs = Math.min(pastWindowMs, capacityOf(before) * before.intervalMs);
		const load = await past.load(toMs - lengthMs - 2 * past.periodMs, toMs, signal);
		const record = live().nodes.get(address);
		if (load.kind === 'failed') {
			this.#failed(address, sought, load.why);
		} else if (record !== undefined) {
			sought.filledLength = capacityOf(before);
			this.#works(sought);
			fillSeries(record, past, toMs);
			this.#tell();
			if (capacityOf(record) < longSeries && address !== this.#focus) {
				// A node's past takes up to 9 MB, too much for each of a thousand nodes. For short series it is dropped,
				// because it is quickly read again.
				sought.past = undefined;
			}
		}
	}

	/**
	Loads what is needed to show the wanted moment. One moment is loaded at a time. If the user has moved on meanwhile,
	only the newest wanted moment is loaded next.
	*/
	async #loadWanted(): Promise<void> {
		if (this.#isLoading) {
			return;
		}

		this.#isLoading = true;
		let loadedMs: number | undefined;
		while (this.#wantedMs !== undefined && this.#wantedMs !== loadedMs && !this.#options.signal.aborted) {
			loadedMs = this.#wantedMs;
			if (await this.#loadMoment(loadedMs)) {
				this.#tell();
			}
		}

		this.#isLoading = false;
	}

	/** Loads the scrapes that are needed to show a past moment. Resolves with true if anything new was loaded. */
	async #loadMoment(atMs: number): Promise<boolean> {
		const {live, signal, clock} = this.#options;
		const changes = await Promise.all(
			this.#shownNodes(live()).map(async ({address}) => {
				const sought = this.#sought(address);
				if (sought.past === undefined && clock.elapsed() < sought.notBeforeMs) {
					return false;
				}

				const whyBefore = sought.why;
				const past = await this.#find(address, sought);
				const fromMs = atMs - pastWindowMs - 2 * (past?.periodMs ?? 0);
				if (past === undefined || past.has(fromMs, atMs)) {
					return sought.why !== whyBefore;
				}

				const load = await past.load(fromMs, atMs, signal);
				if (load.kind === 'failed') {
					this.#failed(address, sought, load.why);
				} else {
					this.#works(sought);
				}

				return true;
			}),
		);
		return changes.some(Boolean);
	}

	#failed(address: NodeAddress, sought: Sought, why: string): void {
		const {clock, notify, prometheus, signal} = this.#options;
		if (signal.aborted) {
			return;
		}

		sought.why = why;
		sought.notBeforeMs = clock.elapsed() + Math.min(longestRetryMs, firstRetryMs * 2 ** sought.attempts);
		sought.attempts += 1;
		// The user is not told that a node out of focus has no series. The node's charts then begin at redis-top's start,
		// as without Prometheus.
		if (!this.#isComplaining && (address === this.#focus || !sought.isUnknown)) {
			this.#isComplaining = true;
			notify(`Prometheus ${prometheus.place} ${why}: the charts begin at the start of redis-top`, 'warning');
		}
	}

	#works(sought: Sought): void {
		sought.why = undefined;
		sought.attempts = 0;
		sought.notBeforeMs = Number.NEGATIVE_INFINITY;
		const isMissed = ([address, {why, isUnknown}]: [NodeAddress, Sought]) =>
			why !== undefined && (address === this.#focus || !isUnknown);
		if (this.#isComplaining && ![...this.#nodes].some(isMissed)) {
			this.#isComplaining = false;
			this.#options.notify(`Prometheus ${this.#options.prometheus.place} answers again`, 'plain');
		}
	}

	#tell(): void {
		for (const listener of this.#listeners) {
			listener();
		}
	}
}
