import type {ClusterState} from '../cluster/cluster-state.js';
import type {Evaluation, Firing, Severity} from '../domain/finding.js';
import type {NodeAddress, NodeRole} from '../domain/node.js';
import {type Met, type Needs, pending} from './needs.js';
import type {NodeFacts} from './node-facts.js';

/** When a rule's condition becomes a finding and when it ceases to be one. */
export type RuleTiming = {
	/** Evaluations in a row that must fire; default 2. */
	readonly raiseAfter: number;
	/** And so long, milliseconds; default 0. */
	readonly raiseAfterMs: number;
	/** Evaluations in a row that must be clear; default 3. */
	readonly clearAfter: number;
	/** With a single look (`check`) it counts in spite of `raiseAfterMs`; default false: then it is not evaluated. */
	readonly countsAtOnce: boolean;
};

/** What a reader of `docs/rules.md` and of `redis-top rules` learns of a rule beside its thresholds. */
export type RuleDocs = {
	/** Which fields and settings it looks at, and what it makes of them: a sentence or two. */
	readonly looksAt: string;
	/** The first version of Redis that tells them: `2.4`; `any`. */
	readonly since: string;
	/** What looks the same and is none of it, and how the rule keeps it out: a sentence each. */
	readonly falsePositives: readonly string[];
};

type RuleBase<Id extends string> = RuleTiming & {
	readonly id: Id;
	readonly docs: RuleDocs;
};

/** A rule about one node at a time. */
export type NodeRule<Id extends string = string> = RuleBase<Id> & {
	readonly scope: 'node';
	/** @param heldMs How long the condition has held already; 0 when it fires for the first time. */
	readonly evaluate: (facts: NodeFacts, heldMs: number) => Evaluation;
};

/** What rules about several nodes look at. */
export type FleetFacts = {
	/** In the order in which they were found. */
	readonly nodes: ReadonlyMap<NodeAddress, NodeFacts>;
	readonly deployment: 'standalone' | 'replicated' | 'sentinel' | 'cluster' | 'unknown';
	/** The views of a cluster's nodes, compared; undefined while none told its view. */
	readonly cluster?: ClusterState | undefined;
	readonly nowMs: number;
};

/** Of which node, and of what of it. */
export type FleetEvaluation = Evaluation & {
	readonly node?: NodeAddress | undefined;
	readonly subject?: string | undefined;
};

/** How long the condition of a node, and of a subject of it, has held already, milliseconds. */
export type FleetHeldMs = (node?: NodeAddress, subject?: string) => number;

/** A rule that compares nodes. What it doesn't return is clear. */
export type FleetRule<Id extends string = string> = RuleBase<Id> & {
	readonly scope: 'fleet';
	readonly evaluate: (fleet: FleetFacts, heldMs: FleetHeldMs) => readonly FleetEvaluation[];
};

export type Rule<Id extends string = string> = NodeRule<Id> | FleetRule<Id>;

export const clear: Evaluation = {kind: 'clear'};

/** The condition holds. */
export function fires(severity: Severity, firing: Omit<Firing, 'severity' | 'adviceCost'>): Evaluation {
	return {kind: 'fires', severity, ...firing};
}

/** Advice about a standing setting: info, or a warning where `--strict` was asked for. */
export const advises = (
	facts: NodeFacts,
	firing: Omit<Firing, 'severity'> & {readonly adviceCost: string},
): Evaluation => ({kind: 'fires', severity: facts.settings.isStrict ? 'warning' : 'info', ...firing});

type RuleSpec<Id extends string> = Partial<RuleTiming> & {
	readonly id: Id;
	readonly docs: RuleDocs;
};

type NodeRuleSpec<Id extends string, N extends Needs> = RuleSpec<Id> & {
	/** One node at a time. */
	readonly scope: 'node';
	/** Default: all but sentinels. */
	readonly roles?: readonly NodeRole[];
	readonly appliesTo?: (facts: NodeFacts) => boolean;
	/** In the order in which they are looked for: the first that is missing says why the rule is not evaluated. */
	readonly needs: N;
	readonly evaluate: (met: Met<N>, facts: NodeFacts, heldMs: number) => Evaluation;
};

type FleetRuleSpec<Id extends string> = RuleSpec<Id> & {
	/** All nodes of a deployment together. */
	readonly scope: 'fleet';
	readonly evaluate: FleetRule['evaluate'];
};

type ClusterRuleSpec<Id extends string> = RuleSpec<Id> & {
	/** A cluster as its nodes see it together; clear where there is no cluster, not evaluated while none of them tells. */
	readonly scope: 'cluster';
	readonly evaluate: (cluster: ClusterState, fleet: FleetFacts, heldMs: FleetHeldMs) => readonly FleetEvaluation[];
};

/** A sentinel holds no data: what rules ask of INFO isn't there. */
const dataRoles: readonly NodeRole[] = ['primary', 'replica', 'unknown'];

/** Views older than this say nothing about now, milliseconds. */
const oldViewsMs = 30_000;

/**
A health rule. About one node: where the rule doesn't apply (another role, `appliesTo` is false) it is clear; where a need is
missing it is not evaluated; else `evaluate` decides. `evaluate` is pure.
*/
export function rule<const Id extends string, N extends Needs>(spec: NodeRuleSpec<Id, N>): NodeRule<Id>;
export function rule<const Id extends string>(spec: FleetRuleSpec<Id> | ClusterRuleSpec<Id>): FleetRule<Id>;
export function rule(spec: NodeRuleSpec<string, Needs> | FleetRuleSpec<string> | ClusterRuleSpec<string>): Rule {
	const {id, docs, raiseAfter = 2, raiseAfterMs = 0, clearAfter = 3, countsAtOnce = false} = spec;
	const base = {id, docs, raiseAfter, raiseAfterMs, clearAfter, countsAtOnce};
	switch (spec.scope) {
		case 'node':
			return {...base, scope: 'node', evaluate: nodeEvaluation(spec)};
		case 'fleet':
			return {...base, scope: 'fleet', evaluate: spec.evaluate};
		case 'cluster':
			return {...base, scope: 'fleet', evaluate: clusterEvaluation(spec)};
	}
}

function nodeEvaluation({
	roles = dataRoles,
	appliesTo = () => true,
	needs,
	evaluate,
}: NodeRuleSpec<string, Needs>): NodeRule['evaluate'] {
	const wanted = Object.entries(needs);
	return (facts, heldMs) => {
		if (!roles.includes(facts.record.role) || !appliesTo(facts)) {
			return clear;
		}

		const met: Record<string, unknown> = {};
		for (const [name, need] of wanted) {
			const value = need.read(facts);
			if (value === undefined) {
				return need.missing(facts);
			}

			met[name] = value;
		}

		return evaluate(met, facts, heldMs);
	};
}

function clusterEvaluation({evaluate}: ClusterRuleSpec<string>): FleetRule['evaluate'] {
	return (fleet, heldMs) => {
		const {cluster, deployment, nowMs} = fleet;
		if (cluster === undefined) {
			return deployment === 'cluster' ? [pending('no node has told its view of the cluster yet')] : [];
		}

		return nowMs - cluster.atMs > oldViewsMs
			? [pending('no node of the cluster tells its view now')]
			: evaluate(cluster, fleet, heldMs);
	};
}
