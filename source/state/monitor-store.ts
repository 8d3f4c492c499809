import {nodeEvents} from '../derive/node-events.js';
import type {Clock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import {defaultRuleSettings, type RuleSettings} from '../rules/node-facts.js';
import {KeptViews} from './cluster-view-cache.js';
import {ClusterTracker} from './cluster-watcher.js';
import {createStore, type ExternalStore} from './external-store.js';
import {Health} from './health.js';
import type {History} from './history.js';
import {incidentSince} from './last-incident.js';
import {ownDelayEvent, pingedNode} from './local-lag.js';
import type {AuditView, MonitorState, NodeRecord} from './monitor-state.js';
import type {MonitorStoreOptions} from './monitor-store-options.js';
import {longSeries, newRecord, shortSeries} from './new-record.js';
import {Piecewise} from './piecewise.js';
import {patienceMs, publishEveryMs} from './publish-pace.js';
import {PublishTimer} from './publish-timer.js';
import {memoryEvent, originWords, reachEvents, standingEvent} from './reach-events.js';
import {reduceNode} from './reduce-node.js';

const eventsKept = 1000;

/** What is known. Written by polling alone, read by everything that shows something. */
export class MonitorStore {
	readonly #clock: Clock;
	readonly #cluster = new ClusterTracker();
	readonly #health: Health;
	readonly #history: History | undefined;
	readonly #intervalMs: number;
	readonly #published: ExternalStore<MonitorState>;
	readonly #piecewise: Piecewise;
	#draft: MonitorState;
	/** The draft's nodes, while no reader has them yet. */
	#unpublished: Map<NodeAddress, NodeRecord> | undefined;
	readonly #views = new KeptViews();
	readonly #timer: PublishTimer;
	#focus: NodeAddress | undefined;
	#heldUpAtMs: number | undefined;

	constructor(options: MonitorStoreOptions) {
		const {target, isInsecure, user, rememberedAtMs, intervalMs, clock, history, tracking} = options;
		this.#clock = clock;
		this.#history = history;
		this.#health = new Health(tracking);
		this.#timer = new PublishTimer(clock, () => this.#publish());
		this.#intervalMs = intervalMs;
		this.#draft = {
			target,
			nodes: new Map(),
			events: [],
			findings: [],
			blindRules: [],
			isInsecure,
			user,
			rememberedAtMs,
			isFromMemory: false,
			startedAtMs: clock.now(),
		};
		this.#published = createStore(this.#draft);
		this.#piecewise = new Piecewise(state => this.#published.set(state));
	}

	readonly get = (): MonitorState => this.#published.get();

	readonly subscribe = (listener: () => void): (() => void) => this.#published.subscribe(listener);

	/** @param rules What the rules are told of it: its target's. */
	addNode(
		address: NodeAddress,
		endpoint: Endpoint,
		origin: NodeOrigin,
		rules: RuleSettings = defaultRuleSettings,
	): void {
		if (this.#draft.nodes.has(address)) {
			return;
		}

		const length = this.#draft.nodes.size < scale.longSeriesNodes ? longSeries : shortSeries;
		this.#put({...newRecord(address, endpoint, origin, this.#intervalMs, length), thresholds: rules.thresholds});
		this.#health.know(address, rules);
		if (origin !== 'target') {
			this.addEvents([this.#event(address, 'node-found', 'info', originWords[origin])]);
		}

		this.#publishSoon();
	}

	/** Another name under which others speak of a node. */
	addName(address: NodeAddress, alias: NodeAddress): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined && record.otherNames?.includes(alias) !== true) {
			this.#put({...record, otherNames: [...(record.otherNames ?? []), alias]});
			this.#timer.within(patienceMs);
		}
	}

	/** Nobody names it any more and it doesn't answer: it is gone until it is dismissed, or comes back. */
	setGone(address: NodeAddress, isGone: boolean): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			const nowMs = this.#clock.now();
			this.#put({...record, goneSinceMs: isGone ? nowMs : undefined});
			this.addEvents([standingEvent(record, isGone, nowMs)]);
		}
	}

	/** Takes a node off the screen that is gone; it comes back when it is found again. */
	dismiss(address: NodeAddress): void {
		const nodes = new Map(this.#draft.nodes);
		if (nodes.delete(address)) {
			this.#draft = {...this.#draft, nodes};
			this.#health.forget(address);
			this.addEvents([this.#event(address, 'node-dismissed', 'info', 'was gone and is dismissed')]);
		}
	}

	/** The nodes stand there from an earlier visit: no target answers. */
	noteMemory(nodes: number): void {
		const {rememberedAtMs} = this.#draft;
		if (rememberedAtMs !== undefined) {
			this.#draft = {...this.#draft, isFromMemory: true};
			this.addEvents([memoryEvent(nodes, rememberedAtMs, this.#clock.now())]);
		}
	}

	ingest(outcome: PollOutcome, intervalMs: number): void {
		const record = this.#draft.nodes.get(outcome.address);
		if (record === undefined) {
			return;
		}

		const next = reduceNode(record, outcome, intervalMs, this.#draft.nodes.size);
		this.#put(next);
		if (next.clusterNodes !== record.clusterNodes) {
			this.#keepView(next);
		}

		this.addEvents(this.#cluster.ingest(record, next, this.#draft.nodes, this.#clock.now()));
		const isFocused = outcome.address === this.#focus;
		const [nodes, nowMs, cluster] = [this.#draft.nodes, this.#clock.now(), this.#cluster.watch];
		this.#health.ingest({before: record, after: next, nodes, nowMs, cluster, isFocused});
		this.#history?.add(next, nowMs, isFocused);
		if (outcome.kind === 'sampled') {
			this.addEvents(nodeEvents(outcome.address, record.sample, outcome.sample));
		}

		this.addEvents(reachEvents(record, next, outcome, this.#clock.now()));
		if (isFocused && record.sample === undefined && next.sample !== undefined) {
			// What somebody waits for who has just started it: the frame that said "no data yet" was a moment ago.
			this.#publish();
			return;
		}

		const isNews = isFocused || this.#focus === undefined || next.reach !== record.reach;
		this.#timer.within(isNews ? publishEveryMs(this.#draft.nodes.size) : patienceMs);
	}

	/**
	@param roundTripMs undefined: no answer.
	@param ownDelayMs How long this process was held up meanwhile.
	*/
	ingestPing(address: NodeAddress, roundTripMs: number | undefined, ownDelayMs = 0): void {
		const record = this.#draft.nodes.get(address);
		if (record === undefined) {
			return;
		}

		const event = ownDelayEvent(ownDelayMs, this.#heldUpAtMs, this.#clock.now());
		this.#heldUpAtMs = event?.atMs ?? this.#heldUpAtMs;
		// The screen shows it with the node's next sample: a publication of its own would double the frames.
		this.#put(pingedNode(record, roundTripMs, ownDelayMs));
		this.addEvents(event === undefined ? [] : [event]);
	}

	/** What this machine shows of a node. It has an age of its own: a node that is silent is still looked at. */
	ingestHost(address: NodeAddress, evidence: HostEvidence): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			this.#put({...record, host: {atMs: this.#clock.now(), value: evidence}, hostBefore: record.host});
			this.#timer.within(patienceMs);
		}
	}

	/** What came of a climb to a node that does not answer; too late when it does again. */
	ingestLadder(address: NodeAddress, ladder: Ladder): void {
		const record = this.#draft.nodes.get(address);
		if (record?.failure !== undefined) {
			this.#put({...record, ladder});
			this.#publishSoon();
		}
	}

	addEvents(events: readonly MonitorEvent[]): void {
		if (events.length > 0) {
			this.#addEvents(events);
			this.#publishSoon();
		}
	}

	setAudit(audit: AuditView): void {
		this.#draft = {...this.#draft, audit};
		this.#publishSoon();
	}

	/** The node whose outcomes are shown as they come. */
	setFocus(address: NodeAddress | undefined): void {
		this.#focus = address;
	}

	/** Publishes what is not published yet, and leaves no timer behind. */
	flush(): void {
		this.#publish(true);
	}

	#addEvents(events: readonly MonitorEvent[]): void {
		if (events.length > 0) {
			const kept = [...events.toReversed(), ...this.#draft.events].slice(0, eventsKept);
			this.#draft = {...this.#draft, events: kept};
		}
	}

	#put(record: NodeRecord): void {
		// Its readers keep what was published; the copy is made once for each state that is, not for each of a thousand records.
		if (this.#unpublished === undefined) {
			this.#unpublished = new Map(this.#draft.nodes);
			this.#draft = {...this.#draft, nodes: this.#unpublished};
		}

		this.#unpublished.set(record.address, record);
	}

	#keepView(record: NodeRecord): void {
		const oldest = this.#views.note(record, this.#focus);
		const dropped = oldest === undefined ? undefined : this.#draft.nodes.get(oldest);
		if (dropped !== undefined) {
			this.#put({...dropped, clusterNodes: undefined});
		}
	}

	#event(node: NodeAddress, kind: string, severity: MonitorEvent['severity'], text: string): MonitorEvent {
		return {atMs: this.#clock.now(), node, kind, severity, text};
	}

	#publishSoon(): void {
		this.#timer.within(publishEveryMs(this.#draft.nodes.size));
	}

	#publish(isLast = false): void {
		this.#timer.done();
		this.#addEvents(this.#cluster.settle(this.#draft.nodes, this.#clock.now(), isLast));
		const {watch} = this.#cluster;
		if (watch !== this.#draft.cluster) {
			this.#draft = {...this.#draft, cluster: watch};
			this.#history?.addCluster(watch);
		}

		if (isLast) {
			this.#health.conclude(this.#draft.nodes, this.#clock.now(), watch);
		}

		const [findings, blindRules] = [this.#health.findings(), this.#health.blind()];
		if (findings !== this.#draft.findings || blindRules !== this.#draft.blindRules) {
			this.#history?.addFindings(findings, blindRules, this.#clock.now());
			const incidentSinceMs = incidentSince(this.#draft.incidentSinceMs, findings);
			this.#draft = {...this.#draft, findings, blindRules, incidentSinceMs};
		}

		this.#unpublished = undefined;
		this.#piecewise.show(this.#draft, isLast);
	}
}
