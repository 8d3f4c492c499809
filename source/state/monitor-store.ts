import {setImmediate as nextTurn} from 'node:timers/promises';
import {nodeEvents} from '../derive/node-events.js';
import type {Clock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {Message} from '../domain/message.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import type {Finding} from '../rules/finding.js';
import {defaultRuleSettings, type RuleSettings} from '../rules/node-facts.js';
import {topologyOf} from '../topology/topology.js';
import {ClusterTracker} from './cluster-tracker.js';
import {createStore, type ExternalStore} from './external-store.js';
import type {TrackingMode} from './finding-tracks.js';
import {Health} from './health.js';
import type {History} from './history.js';
import {lagEvent, pingedNode} from './local-lag.js';
import type {AuditView, MonitorState, NodeRecord} from './monitor-state.js';
import {longSeries, newRecord, shortSeries} from './new-record.js';
import {PublishTimer, patienceMs, publishPeriodMs} from './publish-timer.js';
import {memoryEvent, originWords, reachEvents, standingEvent} from './reach-events.js';
import {reduceNode} from './reduce-node.js';
import {rankedFindings} from './verdict.js';

const eventsKept = 1000;

export type MonitorStoreOptions = {
	readonly target: string;
	readonly isInsecure: boolean;
	readonly user?: string | undefined;
	/** When the remembered nodes of the target were last seen, milliseconds since the epoch. */
	readonly rememberedAtMs?: number | undefined;
	readonly intervalMs: number;
	readonly clock: Clock;
	/** Where each record is kept; undefined: nowhere. */
	readonly history?: History | undefined;
	/** `once` for a command that takes one sample and exits: see `FindingTracks`. */
	readonly tracking?: TrackingMode | undefined;
};

/** What is known about the servers. Only polling writes it; everything that shows something reads it. */
export class MonitorStore {
	readonly #clock: Clock;
	readonly #cluster = new ClusterTracker();
	readonly #health: Health;
	readonly #history: History | undefined;
	readonly #intervalMs: number;
	readonly #published: ExternalStore<MonitorState>;
	#draft: MonitorState;
	/** The latest state that is shown, or will be two turns later. */
	#newest: MonitorState | undefined;
	/** The draft's nodes while they are not published; undefined: copied at the next change. */
	#unpublished: Map<NodeAddress, NodeRecord> | undefined;
	readonly #views = new ClusterViewCache();
	readonly #timer: PublishTimer;
	#focus: NodeAddress | undefined;
	#laggedAtMs: number | undefined;

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
	}

	readonly get = (): MonitorState => this.#published.get();

	readonly subscribe = (listener: () => void): (() => void) => this.#published.subscribe(listener);

	/** @param rules The settings of its target that rules read. */
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
		this.#health.setRules(address, rules);
		if (origin !== 'target') {
			this.addEvents([this.#event(address, 'node-found', 'info', originWords[origin])]);
		}

		this.#publishSoon();
	}

	/** Another name under which other nodes announce it. */
	addName(address: NodeAddress, alias: NodeAddress): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined && record.otherNames?.includes(alias) !== true) {
			this.#put({...record, otherNames: [...(record.otherNames ?? []), alias]});
			this.#timer.within(patienceMs);
		}
	}

	/** No node names it any more and it doesn't answer: it is gone until it is dismissed or returns. */
	setGone(address: NodeAddress, isGone: boolean): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			const nowMs = this.#clock.now();
			this.#put({...record, goneSinceMs: isGone ? nowMs : undefined});
			this.addEvents([standingEvent(record, isGone, nowMs)]);
		}
	}

	/** Removes a node that is gone. It returns when it is found again. */
	dismiss(address: NodeAddress): void {
		const nodes = new Map(this.#draft.nodes);
		if (nodes.delete(address)) {
			this.#draft = {...this.#draft, nodes};
			this.#health.forget(address);
			this.addEvents([this.#event(address, 'node-dismissed', 'info', 'was gone and is dismissed')]);
		}
	}

	/** No target answers, so the nodes of an earlier session are asked. */
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
		const [nodes, nowMs, cluster] = [this.#draft.nodes, this.#clock.now(), this.#cluster.state];
		this.#health.ingest({before: record, after: next, nodes, nowMs, cluster, isFocused});
		this.#history?.add(next, nowMs, isFocused);
		if (outcome.kind === 'sampled') {
			this.addEvents(nodeEvents(outcome.address, record.sample, outcome.sample));
		}

		this.addEvents(reachEvents(record, next, outcome, this.#clock.now()));
		if (isFocused && record.sample === undefined && next.sample !== undefined) {
			// The first data after the start: the user waits for it, and the last frame said "no data yet".
			this.#publish();
			return;
		}

		const isNews = isFocused || this.#focus === undefined || next.reach !== record.reach;
		this.#timer.within(isNews ? publishPeriodMs(this.#draft.nodes.size) : patienceMs);
	}

	/**
	@param roundTripMs undefined: no reply.
	@param lagMs Event-loop lag meanwhile.
	*/
	ingestPing(address: NodeAddress, roundTripMs: number | undefined, lagMs = 0): void {
		const record = this.#draft.nodes.get(address);
		if (record === undefined) {
			return;
		}

		const event = lagEvent(lagMs, this.#laggedAtMs, this.#clock.now());
		this.#laggedAtMs = event?.atMs ?? this.#laggedAtMs;
		// Published with the node's next sample: publishing it alone would double the frames.
		this.#put(pingedNode(record, roundTripMs, lagMs));
		this.addEvents(event === undefined ? [] : [event]);
	}

	/**
	What this machine shows of a node. It has its own age, because nodes that don't respond are inspected as well.

	@param begunAtMs When its gathering began: what happened after that may not be in it, milliseconds since the epoch.
	*/
	ingestHost(address: NodeAddress, evidence: HostEvidence, begunAtMs: number): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			this.#put({...record, host: {atMs: begunAtMs, value: evidence}, hostBefore: record.host});
			this.#timer.within(patienceMs);
		}
	}

	/** The connection ladder of a node that does not answer. Dropped if the node answers by now. */
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

	/** The node whose samples are published as they come. */
	setFocus(address: NodeAddress | undefined): void {
		this.#focus = address;
	}

	/** Publishes what is not published yet, and stops the timer. */
	flush(): void {
		this.#publish(true);
	}

	/** Whether another sample may confirm a condition; `isAwaited`: whether another one is expected of a node. */
	isUnconfirmed(isAwaited: (address: NodeAddress) => boolean): boolean {
		return this.#health.isUnconfirmed(isAwaited);
	}

	/** For `check`, when no more samples come: publishes with what has held in all of them. */
	conclude(): void {
		this.#publish(true);
		this.#health.raiseHeld();
		this.#publish(true);
	}

	#addEvents(events: readonly MonitorEvent[]): void {
		if (events.length > 0) {
			const kept = [...events.toReversed(), ...this.#draft.events].slice(0, eventsKept);
			this.#draft = {...this.#draft, events: kept};
		}
	}

	#put(record: NodeRecord): void {
		// Readers keep the published map. It is copied once a published state, not once for each of 1,000 records.
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

	#event(node: NodeAddress, kind: string, severity: MonitorEvent['severity'], text: Message): MonitorEvent {
		return {atMs: this.#clock.now(), node, kind, severity, text};
	}

	#publishSoon(): void {
		this.#timer.within(publishPeriodMs(this.#draft.nodes.size));
	}

	#publish(isLast = false): void {
		this.#timer.done();
		this.#addEvents(this.#cluster.settle(this.#draft.nodes, this.#clock.now(), isLast));
		const cluster = this.#cluster.state;
		if (cluster !== this.#draft.cluster) {
			this.#draft = {...this.#draft, cluster};
			this.#history?.addCluster(cluster);
		}

		if (isLast) {
			this.#health.conclude(this.#draft.nodes, this.#clock.now(), cluster);
		}

		const [findings, blindRules] = [this.#health.findings(), this.#health.blind()];
		if (findings !== this.#draft.findings || blindRules !== this.#draft.blindRules) {
			this.#history?.addFindings(findings, blindRules, this.#clock.now());
			const incidentSinceMs = incidentSince(this.#draft.incidentSinceMs, findings);
			this.#draft = {...this.#draft, findings, blindRules, incidentSinceMs};
		}

		this.#unpublished = undefined;
		void this.#show(this.#draft, isLast);
	}

	/**
	Shows a state of many nodes two turns of the event loop later. What every screen needs of it is memoized in a turn of its
	own: a key that comes meanwhile is answered before the frame is drawn. With 1,000 nodes, a key waits 11 ms instead of 15
	(99th percentile).
	*/
	async #show(state: MonitorState, isAtOnce: boolean): Promise<void> {
		this.#newest = state;
		if (!isAtOnce && state.nodes.size > scale.quickPublishUpTo) {
			await nextTurn();
			topologyOf(state.nodes);
			rankedFindings(state);
			await nextTurn();
		}

		if (this.#newest === state) {
			this.#published.set(state);
		}
	}
}

/**
Which nodes' cluster views are kept: of a large cluster the latest. A view of 1,000 nodes takes 330 KB.
*/
class ClusterViewCache {
	/** The view read longest ago first. */
	readonly #viewed = new Set<NodeAddress>();

	/** Notes that a node's view came or was dropped. Returns the node whose view has to go instead, if any. */
	note({address, clusterNodes}: NodeRecord, focus: NodeAddress | undefined): NodeAddress | undefined {
		this.#viewed.delete(address);
		if (clusterNodes !== undefined) {
			this.#viewed.add(address);
		}

		const isFull = this.#viewed.size > scale.clusterViewsKept;
		const oldest = isFull ? [...this.#viewed].find(viewed => viewed !== focus) : undefined;
		if (oldest !== undefined) {
			this.#viewed.delete(oldest);
		}

		return oldest;
	}
}

/**
Since when a critical finding has been open without a break, milliseconds since the epoch; undefined: none is open. An
incident begins with its first critical finding and goes on under the next one, even when the first is over.
*/
export function incidentSince(before: number | undefined, findings: readonly Finding[]): number | undefined {
	const critical = findings.filter(({severity, clearedAtMs}) => severity === 'critical' && clearedAtMs === undefined);
	return critical.length === 0 ? undefined : Math.min(before ?? Infinity, ...critical.map(({sinceMs}) => sinceMs));
}
