import type {ClusterState} from '../cluster/cluster-state.js';
import {hasGivenSlots} from '../cluster/slots-left.js';
import {commandRates} from '../derive/command-rates.js';
import {deploymentKind} from '../derive/deployment.js';
import {heavyCommand} from '../derive/heavy-command.js';
import {keyDrop, keysBeforeFall} from '../derive/key-drop.js';
import type {NodeRecord} from '../derive/node-record.js';
import {nextNewcomers} from '../derive/seen-newcomers.js';
import {nextWriters} from '../derive/seen-writers.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {NodeSample} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import type {OpenFinding} from '../record/entry.js';
import {allRules, fleetRules, type RuleId} from '../rules/all-rules.js';
import {evaluateFleet, evaluateNode, type HeldMs, type RuleResult} from '../rules/engine.js';
import type {BlindRule, Finding} from '../rules/finding.js';
import {
	defaultRuleSettings,
	NodeFacts,
	newRuleMemory,
	type RuleMemory,
	type RuleSettings,
} from '../rules/node-facts.js';
import type {FleetFacts, FleetRule} from '../rules/rule.js';
import {blindRules, isAsBlind} from './blind-rules.js';
import {FindingTracks, type TrackingMode} from './finding-tracks.js';
import type {MonitorState, Suspicion} from './monitor-state.js';
import {restartMemory, unitMemory} from './restart-memory.js';
import {restoredMemory} from './restored-memory.js';
import {fleetRulesAtOnce, hasChanged, isFleetDue, isNodeDue} from './rule-schedule.js';

const lossesKept = 10;

/** Number of promotions that the rule memory keeps for a node. */
const promotionsKept = 10;

type NodeHealth = {
	memory: RuleMemory;
	facts: NodeFacts | undefined;
	readonly tracks: FindingTracks;
	blind: readonly BlindRule[];
	evaluatedAtMs: number;
	/** The sample that the last evaluation used. The next sample is compared with it. Undefined after a gap. */
	evaluated: NodeSample | undefined;
};

/**
One evaluation of the fleet rules, which compare nodes: the input of all rules, the results so far and the remaining
rules.
*/
type FleetRound = {
	readonly fleet: FleetFacts;
	readonly results: RuleResult[];
	readonly rulesLeft: Array<FleetRule<RuleId>>;
};

/** A node's record before and after a poll, with the state of the deployment at that time. */
export type Ingested = {
	readonly before: NodeRecord;
	readonly after: NodeRecord;
	readonly nodes: ReadonlyMap<NodeAddress, NodeRecord>;
	readonly nowMs: number;
	readonly cluster?: ClusterState | undefined;
	readonly isFocused?: boolean;
	/** True while a replay skips to a moment. Rules are then evaluated every `sparseMs` only. */
	readonly isSparse?: boolean;
};

/** Interval between two evaluations while a replay skips to a moment, in milliseconds. */
const sparseMs = 10_000;

/** Time after the discovery of a node in which its first samples are awaited, in milliseconds. */
const youngMs = 10_000;

/** Interval at which a large deployment's list of rules that could not be evaluated is made again, in milliseconds. */
const blindEveryMs = 10_000;

/** Evaluates the rules after each poll, and keeps their findings. */
export class Health {
	/** For each node, the rule settings of the target from which it was discovered. */
	readonly #settings = new Map<NodeAddress, RuleSettings>();
	readonly #mode: TrackingMode;
	readonly #nodes = new Map<NodeAddress, NodeHealth>();
	readonly #fleetTracks: FindingTracks;
	#fleetBlind: readonly BlindRule[] = [];
	#fleetAtMs = Number.NEGATIVE_INFINITY;
	#hasChanged = false;
	/** The evaluation of the fleet rules, while it is spread over several polls. */
	#round: FleetRound | undefined;
	#findings: readonly Finding[] | undefined = [];
	#blind: readonly BlindRule[] = [];
	/** Whether `#blind` is up to date. If not, it is the list that was made at `#blindAtMs`. */
	#isBlindKnown = true;
	#blindAtMs = Number.NEGATIVE_INFINITY;

	constructor(mode: TrackingMode = 'watch') {
		this.#mode = mode;
		this.#fleetTracks = new FindingTracks(mode);
	}

	/** Sets the rule settings of a node before its first poll. Without them, rules use the defaults. */
	setRules(address: NodeAddress, settings: RuleSettings): void {
		this.#settings.set(address, settings);
	}

	/**
	Adds findings of an earlier run whose conditions may still hold. A rule that finds such a condition again lists it at
	once, and the finding keeps its earlier beginning.
	*/
	expect(findings: readonly OpenFinding[]): void {
		for (const {rule: id, node, subject, sinceMs, isListed = true} of findings) {
			const rule = allRules.find(known => known.id === id);
			const isOfNode = rule?.scope === 'node' && node !== undefined;
			const tracks = isOfNode ? this.#nodes.get(node)?.tracks : this.#fleetTracks;
			if (rule !== undefined) {
				tracks?.expect({rule: rule.id, node, subject}, {sinceMs, isListed}, rule);
				this.#findings = undefined;
			}
		}
	}

	/** Restores what rules remember of each node from the events of a recording, which come newest first. */
	remember(events: readonly MonitorEvent[]): void {
		for (const [address, health] of this.#nodes) {
			const own = events.filter(({node}) => node === address);
			health.memory = restoredMemory(health.memory, own);
		}
	}

	ingest({before, after, nodes, nowMs, cluster, isFocused = false, isSparse = false}: Ingested): void {
		const health = this.#healthOf(after.address, nowMs);
		health.memory = nextMemory(health.memory, before, after, nodes, nowMs);
		if (after.failure === undefined && after.sample !== undefined) {
			health.memory.tracks.note(after.sample);
			health.memory.means.note(after.sample);
			health.memory.threadTimes.note(after.sample);
		}

		health.facts = new NodeFacts({
			record: after,
			earlier: health.evaluated,
			memory: health.memory,
			settings: this.#settings.get(after.address) ?? defaultRuleSettings,
			nowMs,
			nodes,
		});
		const isChanged = hasChanged(before, after);
		this.#hasChanged ||= isChanged;
		if (isSparse && nowMs - health.evaluatedAtMs < sparseMs) {
			return;
		}

		const isPressing = isFocused || isChanged || after.failure !== undefined || this.#mode !== 'watch';
		const {urgency} = health.tracks;
		if (isNodeDue({nodes: nodes.size, isPressing, urgency, sinceMs: nowMs - health.evaluatedAtMs})) {
			this.#evaluateNode(health, health.facts);
		}

		this.#evaluateFleet(nodes, nowMs, cluster);
	}

	/**
	Whether another sample may confirm a condition of severity warning or critical. Conditions of fleet rules always
	count. A condition of one node counts only if `isAwaited` expects another sample of that node.
	*/
	isUnconfirmed(isAwaited: (address: NodeAddress) => boolean): boolean {
		return (
			this.#fleetTracks.isUnconfirmed ||
			[...this.#nodes].some(([address, {tracks}]) => tracks.isUnconfirmed && isAwaited(address))
		);
	}

	/**
	A critical condition that was seen and is not confirmed yet, on a node that redis-top found within the last seconds.
	Undefined later: a condition that comes and goes is no news.
	*/
	#suspicion(nowMs: number): Suspicion | undefined {
		const known = [...this.#nodes.values()];
		const isYoung = known.some(({memory}) => nowMs - memory.foundAtMs < youngMs);
		return this.#mode === 'watch' && isYoung
			? [this.#fleetTracks, ...known.map(({tracks}) => tracks)].flatMap(({suspicion}) => suspicion ?? [])[0]
			: undefined;
	}

	/** The state with the condition that is not confirmed yet; the same state if nothing changed. */
	withSuspicion(state: MonitorState, nowMs: number): MonitorState {
		const suspicion = this.#suspicion(nowMs);
		return suspicion?.problem === state.suspicion?.problem ? state : {...state, suspicion};
	}

	/** Makes findings of the conditions that held in all samples. `check` calls this when no more samples come. */
	raiseHeld(): void {
		for (const tracks of [this.#fleetTracks, ...[...this.#nodes.values()].map(health => health.tracks)]) {
			if (tracks.conclude()) {
				this.#findings = undefined;
			}
		}
	}

	/** Evaluates the fleet rules once more after the last sample, for a command that takes a few samples and exits. */
	conclude(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number, cluster: ClusterState | undefined): void {
		if (this.#mode !== 'watch') {
			this.#fleetAtMs = Number.NEGATIVE_INFINITY;
			this.#evaluateFleet(nodes, nowMs, cluster);
		}
	}

	/**
	The findings that hold, and the findings that ended within the last 15 minutes. Findings of fleet rules come first,
	then those of each node.
	*/
	findings(): readonly Finding[] {
		this.#findings ??= [
			...this.#fleetTracks.findings(),
			...[...this.#nodes.values()].flatMap(({tracks}) => tracks.findings()),
		];
		return this.#findings;
	}

	/**
	Every rule that could not be evaluated, with the node and the reason. With many nodes, the list has 70,000 rules. It
	is then made only every ten seconds.
	*/
	blind(nowMs: number): readonly BlindRule[] {
		const isLarge = this.#mode === 'watch' && this.#nodes.size > scale.quickPublishUpTo;
		if (this.#isBlindKnown || (isLarge && nowMs - this.#blindAtMs < blindEveryMs)) {
			return this.#blind;
		}

		this.#isBlindKnown = true;
		this.#blindAtMs = nowMs;
		this.#blind = [...this.#fleetBlind, ...[...this.#nodes.values()].flatMap(({blind}) => blind)];
		return this.#blind;
	}

	/** Drops the findings of a node that was dismissed. */
	forget(address: NodeAddress): void {
		this.#nodes.delete(address);
		this.#settings.delete(address);
		this.#findings = undefined;
		this.#isBlindKnown = false;
	}

	#healthOf(address: NodeAddress, nowMs: number): NodeHealth {
		const known = this.#nodes.get(address);
		if (known !== undefined) {
			return known;
		}

		const health = {
			memory: newRuleMemory(nowMs),
			facts: undefined,
			tracks: new FindingTracks(this.#mode),
			blind: [],
			evaluatedAtMs: Number.NEGATIVE_INFINITY,
			evaluated: undefined,
		};
		this.#nodes.set(address, health);
		return health;
	}

	#evaluateNode(health: NodeHealth, facts: NodeFacts): void {
		const {nowMs} = facts;
		const results = evaluateNode(facts, (rule, node) =>
			health.tracks.hasSeen(rule) ? health.tracks.heldMs({rule, node}, nowMs) : 0,
		);
		health.evaluatedAtMs = nowMs;
		health.evaluated = facts.sample;
		if (health.tracks.step(results, nowMs)) {
			this.#findings = undefined;
		}

		if (this.#mode !== 'watch' || !isAsBlind(health.blind, results, this.#mode)) {
			health.blind = blindRules(results, this.#mode, health.tracks, nowMs);
			this.#isBlindKnown = false;
		}
	}

	#evaluateFleet(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number, cluster: ClusterState | undefined): void {
		const isPressing = this.#hasChanged || this.#mode !== 'watch';
		if (this.#round === undefined) {
			const {urgency} = this.#fleetTracks;
			if (!isFleetDue({nodes: nodes.size, isPressing, urgency, sinceMs: nowMs - this.#fleetAtMs})) {
				return;
			}
		}

		this.#round ??= this.#beginRound(nodes, nowMs, cluster);
		const {fleet, results, rulesLeft} = this.#round;
		const rules = rulesLeft.splice(0, fleetRulesAtOnce(nodes.size, fleetRules.length));
		const heldMs: HeldMs = (rule, node, subject) => this.#fleetTracks.heldMs({rule, node, subject}, fleet.nowMs);
		results.push(...evaluateFleet(fleet, heldMs, rules));
		if (rulesLeft.length > 0) {
			return;
		}

		this.#round = undefined;
		if (this.#fleetTracks.step(results, fleet.nowMs)) {
			this.#findings = undefined;
		}

		if (this.#mode !== 'watch' || !isAsBlind(this.#fleetBlind, results, this.#mode)) {
			this.#fleetBlind = blindRules(results, this.#mode, this.#fleetTracks, fleet.nowMs);
			this.#isBlindKnown = false;
		}
	}

	#beginRound(
		nodes: ReadonlyMap<NodeAddress, NodeRecord>,
		nowMs: number,
		cluster: ClusterState | undefined,
	): FleetRound {
		this.#fleetAtMs = nowMs;
		this.#hasChanged = false;
		const known = [...this.#nodes].flatMap(([address, {facts}]) =>
			facts === undefined ? [] : [[address, facts] as const],
		);
		const deployment = deploymentKind([...nodes.values()]);
		return {fleet: {nodes: new Map(known), deployment, cluster, nowMs}, results: [], rulesLeft: [...fleetRules]};
	}
}

/** How long the longest command is remembered, in milliseconds, as the slow log's entries are told. */
const longestKeptMs = 60_000;
/** Share of the longest command's time, 0–1, from which a later one counts as long as it. */
const aboutAsLong = 0.8;

const isLongest = (ownMs: number, kept: RuleMemory['longCommand'], nowMs: number): boolean =>
	kept === undefined || nowMs - kept.atMs > longestKeptMs || ownMs >= aboutAsLong * kept.ownMs;

function nextMemory(
	memory: RuleMemory,
	before: NodeRecord,
	after: NodeRecord,
	nodes: ReadonlyMap<NodeAddress, NodeRecord>,
	nowMs: number,
): RuleMemory {
	const hasOtherRole = before.role !== 'unknown' && before.role !== after.role;
	const isLost = before.failure === undefined && before.sample !== undefined && after.failure !== undefined;
	const sample = after.failure === undefined && after.sample !== before.sample ? after.sample : undefined;
	const drop = sample && keyDrop(before.sample, sample);
	// A command that held the thread for seconds let polls time out. The calls since the sample before them show it.
	const commands = before.failure === undefined ? after.commands : sample && commandRates(before.sample, sample);
	const heavy = sample && heavyCommand(before.sample, sample, commands ?? []);
	const view = after.clusterNodes === before.clusterNodes ? undefined : after.clusterNodes;
	const isGivingSlots = view !== undefined && hasGivenSlots(before.clusterNodes?.value, view.value);
	const reading = after.clients === before.clients ? undefined : after.clients;
	const restarts = {...restartMemory(memory, before, after, nowMs, nodes), ...unitMemory(memory, after, nowMs)};
	const isInFailover = (sample?.info.text('replication', 'master_failover_state') ?? 'no-failover') !== 'no-failover';
	const isUnchanged =
		!isInFailover &&
		!hasOtherRole &&
		!isLost &&
		!isGivingSlots &&
		drop === undefined &&
		heavy === undefined &&
		reading === undefined;
	if (isUnchanged && Object.keys(restarts).length === 0) {
		return memory;
	}

	return {
		...memory,
		...restarts,
		keyDrop:
			drop === undefined
				? memory.keyDrop
				: {...drop, from: keysBeforeFall(after.series.get('keys'), drop.from), atMs: sample?.atMs ?? nowMs},
		heavyCommand: heavy === undefined ? memory.heavyCommand : {...heavy, atMs: sample?.atMs ?? nowMs},
		longCommand:
			heavy !== undefined && isLongest(heavy.ownMs, memory.longCommand, nowMs)
				? {...heavy, atMs: sample?.atMs ?? nowMs}
				: memory.longCommand,
		writers: reading === undefined ? memory.writers : nextWriters(memory.writers, reading),
		newcomers: reading === undefined ? memory.newcomers : nextNewcomers(memory.newcomers, reading),
		slotsLeftAtMs: isGivingSlots ? view.atMs : memory.slotsLeftAtMs,
		failoverSeenAtMs: isInFailover ? sample?.atMs : memory.failoverSeenAtMs,
		roleChangedAtMs: hasOtherRole ? nowMs : memory.roleChangedAtMs,
		promotedAtMs:
			before.role === 'replica' && after.role === 'primary'
				? [...memory.promotedAtMs, nowMs].slice(-promotionsKept)
				: memory.promotedAtMs,
		lossesAtMs: isLost ? [...memory.lossesAtMs, nowMs].slice(-lossesKept) : memory.lossesAtMs,
	};
}
