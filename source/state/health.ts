import type {ClusterWatch} from '../derive/cluster/watch.js';
import {deploymentKind} from '../derive/deployment.js';
import {type Judgement, judgeFleet, judgeNode} from '../derive/find-problems.js';
import {keyDrop} from '../derive/key-drop.js';
import {NodeFacts, type NodeWatch, newWatch, type RuleSettings} from '../derive/node-facts.js';
import type {NodeRecord} from '../derive/node-record.js';
import type {FleetFacts} from '../derive/rule.js';
import type {BlindRule, Finding} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import {seconds} from '../text/units.js';
import {countsAtOnce, FindingTracks, type TrackingMode} from './finding-tracks.js';

/** Rules that compare nodes are evaluated at most so often, milliseconds: they look at every node. */
const fleetEveryMs = 900;
const lossesKept = 10;

type NodeHealth = {
	watch: NodeWatch;
	facts: NodeFacts | undefined;
	readonly tracks: FindingTracks;
	blind: readonly BlindRule[];
};

/** Evaluates the rules over what polling brings, and keeps what they found. */
export class Health {
	readonly #settings: RuleSettings;
	readonly #mode: TrackingMode;
	readonly #nodes = new Map<NodeAddress, NodeHealth>();
	readonly #fleetTracks: FindingTracks;
	#fleetBlind: readonly BlindRule[] = [];
	#fleetAtMs = Number.NEGATIVE_INFINITY;
	#findings: readonly Finding[] | undefined = [];
	#blind: readonly BlindRule[] | undefined = [];

	constructor(settings: RuleSettings, mode: TrackingMode = 'watch') {
		this.#settings = settings;
		this.#mode = mode;
		this.#fleetTracks = new FindingTracks(mode);
	}

	/** A node's record after its poll, and what it was before. */
	ingest(
		before: NodeRecord,
		after: NodeRecord,
		nodes: ReadonlyMap<NodeAddress, NodeRecord>,
		nowMs: number,
		cluster?: ClusterWatch,
	): void {
		const health = this.#healthOf(after.address, nowMs);
		health.watch = nextWatch(health.watch, before, after, nowMs);
		if (after.failure === undefined && after.sample !== undefined) {
			health.watch.tracks.note(after.sample);
		}

		const facts = new NodeFacts({
			record: after,
			earlier: before.failure === undefined ? before.sample : undefined,
			watch: health.watch,
			settings: this.#settings,
			nowMs,
			nodes,
		});
		health.facts = facts;
		const judgements = judgeNode(facts, key => health.tracks.heldMs(key, nowMs));
		health.blind = blindRules(judgements, this.#mode);
		this.#blind = undefined;
		if (health.tracks.step(judgements, nowMs)) {
			this.#findings = undefined;
		}

		this.#judgeFleet(nodes, nowMs, cluster);
	}

	/** Every finding that is raised or has ended lately, by node in the order in which they were found. */
	findings(): readonly Finding[] {
		this.#findings ??= [
			...this.#fleetTracks.findings(),
			...[...this.#nodes.values()].flatMap(({tracks}) => tracks.findings()),
		];
		return this.#findings;
	}

	/** Every rule that could not be evaluated, on which node and why. */
	blind(): readonly BlindRule[] {
		this.#blind ??= [...this.#fleetBlind, ...[...this.#nodes.values()].flatMap(({blind}) => blind)];
		return this.#blind;
	}

	/** A node that was dismissed takes its findings along. */
	forget(address: NodeAddress): void {
		this.#nodes.delete(address);
		this.#findings = undefined;
		this.#blind = undefined;
	}

	#healthOf(address: NodeAddress, nowMs: number): NodeHealth {
		const known = this.#nodes.get(address);
		if (known !== undefined) {
			return known;
		}

		const health = {watch: newWatch(nowMs), facts: undefined, tracks: new FindingTracks(this.#mode), blind: []};
		this.#nodes.set(address, health);
		return health;
	}

	#judgeFleet(nodes: ReadonlyMap<NodeAddress, NodeRecord>, nowMs: number, cluster: ClusterWatch | undefined): void {
		if (nowMs - this.#fleetAtMs < fleetEveryMs) {
			return;
		}

		this.#fleetAtMs = nowMs;
		const fleet: FleetFacts = {
			nodes: new Map(
				[...this.#nodes].flatMap(([address, {facts}]) => (facts === undefined ? [] : [[address, facts] as const])),
			),
			deployment: deploymentKind([...nodes.values()]),
			cluster,
			nowMs,
			thresholds: this.#settings.thresholds,
			settings: this.#settings,
		};
		const judgements = judgeFleet(fleet, key => this.#fleetTracks.heldMs(key, nowMs));
		this.#fleetBlind = blindRules(judgements, this.#mode);
		if (this.#fleetTracks.step(judgements, nowMs)) {
			this.#findings = undefined;
		}
	}
}

function nextWatch(watch: NodeWatch, before: NodeRecord, after: NodeRecord, nowMs: number): NodeWatch {
	const isRestarted =
		before.sample !== undefined && after.sample !== undefined && before.sample.runId !== after.sample.runId;
	const hasOtherRole = before.role !== 'unknown' && before.role !== after.role;
	const isLost = before.failure === undefined && before.sample !== undefined && after.failure !== undefined;
	const drop =
		after.failure === undefined && after.sample !== undefined && after.sample !== before.sample
			? keyDrop(before.sample, after.sample)
			: undefined;
	if (!isRestarted && !hasOtherRole && !isLost && drop === undefined) {
		return watch;
	}

	return {
		...watch,
		keyDrop: drop === undefined ? watch.keyDrop : {...drop, atMs: nowMs},
		restartedAtMs: isRestarted ? nowMs : watch.restartedAtMs,
		roleChangedAtMs: hasOtherRole ? nowMs : watch.roleChangedAtMs,
		lossesAtMs: isLost ? [...watch.lossesAtMs, nowMs].slice(-lossesKept) : watch.lossesAtMs,
	};
}

/** In one look, what must hold for a while can't be told. */
function blindRules(judgements: readonly Judgement[], mode: TrackingMode): BlindRule[] {
	return judgements.flatMap(({rule, node, evaluation}): BlindRule[] => {
		if (evaluation.kind === 'not-evaluated') {
			return [{rule: rule.id, node, reason: evaluation.reason, why: evaluation.why, grant: evaluation.grant}];
		}

		const why = `must hold for ${seconds(rule.raiseAfterMs / 1000)}: watch for longer`;
		return mode === 'once' && !countsAtOnce(rule)
			? [{rule: rule.id, node, reason: 'pending', why, grant: undefined}]
			: [];
	});
}
