import {nodeEvents} from '../derive/node-events.js';
import type {Clock} from '../domain/clock.js';
import type {CloserLook} from '../domain/closer-look.js';
import type {MonitorEvent} from '../domain/event.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {Message} from '../domain/message.js';
import type {Endpoint, NodeAddress, NodeOrigin} from '../domain/node.js';
import type {PollOutcome} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import type {OpenFinding} from '../record/entry.js';
import {defaultRuleSettings, type RuleSettings} from '../rules/node-facts.js';
import {ClusterTracker} from './cluster-tracker.js';
import {ClusterViewCache} from './cluster-view-cache.js';
import {EarlierHistory} from './earlier-history.js';
import {EventLog} from './event-log.js';
import {FindingEvents} from './finding-events.js';
import {Health} from './health.js';
import type {History} from './history.js';
import {incidentSince} from './incident-since.js';
import {lagEvent} from './local-lag.js';
import {LongSeries} from './long-series.js';
import type {MonitorState, NodeRecord} from './monitor-state.js';
import type {MonitorStoreOptions} from './monitor-store-options.js';
import {interrupted, longSeries, newRecord, shortSeries} from './new-record.js';
import {NodeMap} from './node-map.js';
import {lookedAt, pingedNode} from './pinged-node.js';
import {PublishTimer, patienceMs, publishPeriodMs} from './publish-timer.js';
import {memoryEvent, originWords, reachEvents, standingEvent} from './reach-events.js';
import {reduceNode} from './reduce-node.js';
import {ShownStore} from './shown-store.js';
import {type RestoredState, type StoreInput, withAges} from './store-input.js';

/** Everything that is known about the servers. Only polling writes it; panels and reports read it. */
export class MonitorStore {
	readonly #clock: Clock;
	readonly #cluster = new ClusterTracker();
	readonly #earlier: EarlierHistory;
	readonly #events = new EventLog();
	readonly #findingEvents: FindingEvents;
	readonly #health: Health;
	readonly #history: History | undefined;
	readonly #intervalMs: number;
	readonly #journal: (input: StoreInput) => void;
	readonly #published: ShownStore;
	#draft: MonitorState;
	readonly #nodes = new NodeMap();
	readonly #views = new ClusterViewCache();
	readonly #timer: PublishTimer;
	#focus: NodeAddress | undefined;
	readonly #longSeries = new LongSeries();
	#laggedAtMs: number | undefined;
	/** True while a replay skips to the moment to show. Rules and views are then evaluated only every ten seconds. */
	isSparse = false;

	constructor(options: MonitorStoreOptions) {
		const {target, isInsecure, user, rememberedAtMs, intervalMs, clock, history, tracking, journal, runLater} = options;
		const {startedAtMs = clock.now(), isRecorded = false} = options;
		this.#clock = clock;
		this.#earlier = new EarlierHistory(startedAtMs);
		this.#history = history;
		this.#health = new Health(tracking);
		this.#findingEvents = new FindingEvents(tracking);
		this.#timer = new PublishTimer(clock, () => this.#publish(), runLater);
		this.#journal = journal ?? (() => undefined);
		this.#intervalMs = intervalMs;
		this.#draft = {
			target,
			nodes: this.#nodes.all,
			events: this.#events.events,
			findings: [],
			blindRules: [],
			isInsecure,
			user,
			rememberedAtMs,
			isRecorded,
			startedAtMs,
		};
		this.#published = new ShownStore(this.#draft);
	}

	readonly get = (): MonitorState => this.#published.get();

	readonly subscribe = (listener: () => void): (() => void) => this.#published.subscribe(listener);

	/** @param rules The settings that rules read, from the target from which the node was discovered. */
	addNode(
		address: NodeAddress,
		endpoint: Endpoint,
		origin: NodeOrigin,
		rules: RuleSettings = defaultRuleSettings,
	): void {
		if (this.#draft.nodes.has(address)) {
			return;
		}

		this.#journal({kind: 'node-found', address, endpoint, origin, settings: rules});
		const length = this.#draft.nodes.size < scale.longSeriesNodes ? longSeries : shortSeries;
		this.#put({...newRecord(address, endpoint, origin, this.#intervalMs, length), thresholds: rules.thresholds});
		this.#health.setRules(address, rules);
		if (origin !== 'target') {
			this.#addEvents([this.#event(address, 'node-found', 'info', originWords[origin])]);
		}

		this.#publishSoon();
	}

	/** Adds another address by which other nodes announce the node. */
	addName(address: NodeAddress, alias: NodeAddress): void {
		this.#journal({kind: 'node-alias', address, alias});
		const record = this.#draft.nodes.get(address);
		if (record !== undefined && record.otherNames?.includes(alias) !== true) {
			this.#put({...record, otherNames: [...(record.otherNames ?? []), alias]});
			this.#timer.within(patienceMs);
		}
	}

	/** Notes that a node is back, or gone: it doesn't answer, and no other node names it any more. */
	setGone(address: NodeAddress, isGone: boolean): void {
		this.#journal({kind: 'node-gone', address, isGone});
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			const nowMs = this.#clock.now();
			this.#put({...record, goneSinceMs: isGone ? nowMs : undefined});
			this.#tell([standingEvent(record, isGone, nowMs)]);
		}
	}

	/** Removes a node that is gone, until it is discovered again. `why` is the text of the event. */
	dismiss(address: NodeAddress, why = 'was gone and is dismissed'): void {
		this.#journal({kind: 'node-dismissed', address});
		if (this.#nodes.delete(address)) {
			this.#setNodes(this.#nodes.all);
			this.#health.forget(address);
			this.#tell([this.#event(address, 'node-dismissed', 'info', why)]);
		}
	}

	/** Notes that no target answers, so the remembered nodes of an earlier session are polled. */
	noteMemory(nodes: number): void {
		this.#journal({kind: 'memory-used', nodes});
		const {rememberedAtMs} = this.#draft;
		if (rememberedAtMs !== undefined) {
			this.#draft = {...this.#draft, isFromMemory: true};
			this.#tell([memoryEvent(nodes, rememberedAtMs, this.#clock.now())]);
		}
	}

	ingest(outcome: PollOutcome, intervalMs: number): void {
		this.#journal({kind: 'outcome', outcome, intervalMs});
		const record = this.#draft.nodes.get(outcome.address);
		if (record === undefined) {
			return;
		}

		const next = reduceNode(record, outcome, intervalMs, this.#draft.nodes.size);
		this.#put(next);
		if (next.clusterNodes !== record.clusterNodes) {
			this.#keepView(next);
		}

		this.#cluster.isSparse = this.isSparse;
		this.#tell(this.#cluster.ingest(record, next, this.#draft.nodes, this.#clock.now()));
		const isFocused = outcome.address === this.#focus;
		const [nodes, nowMs, cluster] = [this.#draft.nodes, this.#clock.now(), this.#cluster.state];
		this.#health.ingest({before: record, after: next, nodes, nowMs, cluster, isFocused, isSparse: this.isSparse});
		this.#nodes.noteRead();
		this.#history?.add(next, nowMs, isFocused);
		if (outcome.kind === 'sampled') {
			this.#tell(nodeEvents(outcome.address, record.sample, outcome.sample));
			this.#noteEarlier(this.#earlier.note(next));
		}

		this.#tell(reachEvents(record, next, outcome, this.#clock.now()));
		if (isFocused && record.sample === undefined && next.sample !== undefined) {
			// The first data after the start is published at once. The user waits for it, and the screen still says "no data
			// yet".
			this.#publish();
			return;
		}

		const isNews = isFocused || this.#focus === undefined || next.reach !== record.reach;
		this.#timer.within(isNews ? publishPeriodMs(this.#draft.nodes.size) : patienceMs);
	}

	/** Notes the result of a PING. `roundTripMs` undefined: no reply. `lagMs`: event-loop lag during the PING. */
	ingestPing(address: NodeAddress, roundTripMs: number | undefined, lagMs = 0): void {
		this.#journal({kind: 'ping', address, roundTripMs, lagMs});
		const record = this.#draft.nodes.get(address);
		if (record === undefined) {
			return;
		}

		const event = lagEvent(lagMs, this.#laggedAtMs, this.#clock.now());
		this.#laggedAtMs = event?.atMs ?? this.#laggedAtMs;
		// The PING is published with the node's next sample. Publishing it alone would redraw the screen twice as often.
		this.#put(pingedNode(record, roundTripMs, lagMs, this.#clock.now()));
		this.#tell(event === undefined ? [] : [event]);
	}

	/** Notes what a closer look at a node showed. It is published with the node's next sample. */
	ingestLook(address: NodeAddress, look: CloserLook): void {
		this.#journal({kind: 'look', address, look});
		this.#change(address, record => lookedAt(record, look, this.#clock.now()));
	}

	/**
	Notes evidence from this machine about a node. Nodes that don't respond are inspected as well.

	@param begunAtMs When the inspection began, in milliseconds since the epoch. The evidence may lack later changes.
	*/
	ingestHost(address: NodeAddress, evidence: HostEvidence, begunAtMs: number): void {
		this.#journal({kind: 'host', address, evidence, begunAtMs});
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			const next = {...record, host: {atMs: begunAtMs, value: evidence}, hostBefore: record.host};
			this.#put(next);
			this.#noteEarlier(this.#earlier.note(next));
			this.#timer.within(patienceMs);
		}
	}

	/** Notes the steps that `diagnose` tried on a node that does not answer, unless it has answered meanwhile. */
	ingestLadder(address: NodeAddress, ladder: Ladder): void {
		this.#journal({kind: 'ladder', address, ladder});
		const record = this.#draft.nodes.get(address);
		if (record?.failure !== undefined) {
			this.#put({...record, ladder});
			this.#publishSoon();
		}
	}

	/** Adds events that no reply shows, such as the actions made in redis-top. */
	addEvents(events: readonly MonitorEvent[]): void {
		if (events.length > 0) {
			this.#journal({kind: 'events', events});
			this.#tell(events);
		}
	}

	#noteEarlier(hasMore: boolean): void {
		if (hasMore) {
			const {events} = this.#earlier;
			this.#journal({kind: 'earlier', events});
			this.#draft = {...this.#draft, earlierEvents: events};
			this.#publishSoon();
		}
	}

	#tell(events: readonly MonitorEvent[]): void {
		if (events.length > 0) {
			this.#addEvents(events);
			this.#publishSoon();
		}
	}

	/** Sets parts of the state that do not come from polls. These parts are not recorded. */
	set(part: Partial<Pick<MonitorState, 'audit' | 'keyScan' | 'alerting'>>): void {
		this.#draft = {...this.#draft, ...part};
		this.#publishSoon();
	}

	/** Sets the node in focus. Its samples are published as they arrive. */
	setFocus(address: NodeAddress | undefined): void {
		this.#journal({kind: 'focus', address});
		this.#focus = address;
		for (const record of this.#longSeries.focus(this.#draft.nodes, address)) {
			this.#put(record);
			this.#publishSoon();
		}
	}

	/** Notes conditions that held before this session. A finding of such a condition keeps its earlier beginning. */
	expectFindings(findings: readonly OpenFinding[]): void {
		this.#health.expect(findings);
		this.#findingEvents.expect(findings);
	}

	/** Adds the events that a recording holds from before its start. */
	restoreEarlier(events: readonly MonitorEvent[]): void {
		this.#noteEarlier(this.#earlier.restore(events));
	}

	/** Replaces the events by those that a recording has up to this moment, newest first. */
	restoreEvents(events: readonly MonitorEvent[]): void {
		this.#health.remember(events);
		this.#events.restore(events, this.#clock.now());
		this.#draft = {...this.#draft, events: this.#events.events};
	}

	/** Restores what was known at the beginning of a block of a recording and is not in the nodes' replies. */
	restore({findings, ages}: RestoredState): void {
		this.expectFindings(findings);
		for (const [address, readings] of ages) {
			this.#change(address, record => withAges(record, readings));
		}
	}

	/** Notes that a node was not polled for a while. No rate is then computed over the pause. */
	interrupt(address: NodeAddress): void {
		this.#change(address, interrupted);
	}

	/** Publishes the unpublished changes, and stops the timer. */
	flush(): void {
		this.#publish(true);
	}

	/** Whether another sample may confirm a condition. `isAwaited` tells whether another sample of a node is expected. */
	isUnconfirmed(isAwaited: (address: NodeAddress) => boolean): boolean {
		return this.#health.isUnconfirmed(isAwaited);
	}

	/** Makes findings of conditions that held in all samples. `check` calls this when no more samples come. */
	conclude(): void {
		this.#publish(true);
		this.#health.raiseHeld();
		this.#publish(true);
	}

	#addEvents(given: readonly MonitorEvent[]): void {
		this.#events.add(given);
		if (this.#events.events !== this.#draft.events) {
			this.#draft = {...this.#draft, events: this.#events.events};
		}
	}

	#change(address: NodeAddress, change: (record: NodeRecord) => NodeRecord): void {
		const record = this.#draft.nodes.get(address);
		if (record !== undefined) {
			this.#put(change(record));
		}
	}

	#put(record: NodeRecord): void {
		this.#nodes.put(record);
		this.#setNodes(this.#nodes.all);
	}

	#setNodes(nodes: MonitorState['nodes']): void {
		if (nodes !== this.#draft.nodes) {
			this.#draft = {...this.#draft, nodes};
		}
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
		const [findings, blindRules] = [this.#health.findings(), this.#health.blind(this.#clock.now())];
		if (findings !== this.#draft.findings || blindRules !== this.#draft.blindRules) {
			this.#addEvents(this.#findingEvents.of(findings, this.#draft.events, this.#clock.now()));
			this.#history?.addFindings(findings, blindRules, this.#clock.now());
			const incidentSinceMs = incidentSince(this.#draft.incidentSinceMs, findings);
			this.#draft = {...this.#draft, findings, blindRules, incidentSinceMs};
		}

		this.#draft = this.#health.withSuspicion(this.#draft, this.#clock.now());
		this.#setNodes(this.#nodes.forPublication());
		void this.#published.show(this.#draft, isLast);
	}
}
