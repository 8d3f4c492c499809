import type {ClusterState} from '../cluster/cluster-state.js';
import type {DeploymentKind} from '../derive/deployment.js';
import type {Evaluation, Firing, Severity} from '../domain/finding.js';
import type {NodeAddress, NodeRole} from '../domain/node.js';
import {type Met, type Needs, pending} from './needs.js';
import type {NodeFacts} from './node-facts.js';

/** When a rule's condition is raised as a finding, and when the finding ends. */
export type RuleTiming = {
	/** Number of evaluations in a row that must fire before a finding is raised. Default 2. */
	readonly raiseAfter: number;
	/** Milliseconds for which the condition must also have held. Default 0. */
	readonly raiseAfterMs: number;
	/** Number of evaluations in a row that must be clear before the finding ends. Default 3. */
	readonly clearAfter: number;
	/**
	Whether `redis-top check` may raise a condition that holds in all of its few samples. It concerns rules whose
	`raiseAfterMs` exceeds the five seconds that `check` may take. False: `check` reports the rule as not evaluated.
	Default false.
	*/
	readonly countsAtOnce: boolean;
};

/** What `docs/rules.md` and `redis-top rules` say about a rule, beside its thresholds. */
export type RuleDocs = {
	/** Which fields and settings the rule reads, and what it concludes: a sentence or two. */
	readonly looksAt: string;
	/** The first version of Redis that has the fields, such as `2.4`; `any` for every version. */
	readonly since: string;
	/** Harmless cases that look the same, and how the rule excludes each: one sentence each. */
	readonly falsePositives: readonly string[];
};

type RuleBase<Id extends string> = RuleTiming & {
	readonly id: Id;
	readonly docs: RuleDocs;
};

/** A rule about one node at a time. */
export type NodeRule<Id extends string = string> = RuleBase<Id> & {
	readonly scope: 'node';
	/**
	Evaluates the rule for one node.

	@param heldMs Milliseconds for which the condition has held; 0 on the first evaluation that fires.
	*/
	readonly evaluate: (facts: NodeFacts, heldMs: number) => Evaluation;
};

/** The facts that rules about several nodes read. */
export type FleetFacts = {
	/** The facts of each node, in the order in which redis-top found the nodes. */
	readonly nodes: ReadonlyMap<NodeAddress, NodeFacts>;
	readonly deployment: DeploymentKind;
	/** The compared cluster views; undefined until a node has returned its view. */
	readonly cluster?: ClusterState | undefined;
	readonly nowMs: number;
};

/** An evaluation with the node, and the part of the node, that it is about. */
export type FleetEvaluation = Evaluation & {
	readonly node?: NodeAddress | undefined;
	readonly subject?: string | undefined;
};

/** Milliseconds for which the condition has held for a node and subject. */
export type FleetHeldMs = (node?: NodeAddress, subject?: string) => number;

/** A rule that compares nodes. Nodes and subjects that it does not return are clear. */
export type FleetRule<Id extends string = string> = RuleBase<Id> & {
	readonly scope: 'fleet';
	readonly evaluate: (fleet: FleetFacts, heldMs: FleetHeldMs) => readonly FleetEvaluation[];
};

export type Rule<Id extends string = string> = NodeRule<Id> | FleetRule<Id>;

export const clear: Evaluation = {kind: 'clear'};

/** The evaluation of a condition that holds. */
export function fires(severity: Severity, firing: Omit<Firing, 'severity' | 'adviceCost'>): Evaluation {
	return {kind: 'fires', severity, ...firing};
}

/**
Like `fires`, for a standing setting instead of an event: info, or a warning with `--strict`. `adviceCost` says what it costs
to follow the advice.
*/
export const advises = (
	facts: NodeFacts,
	firing: Omit<Firing, 'severity'> & {readonly adviceCost: string},
): Evaluation => ({kind: 'fires', severity: facts.settings.isStrict ? 'warning' : 'info', ...firing});

type RuleSpec<Id extends string> = Partial<RuleTiming> & {
	readonly id: Id;
	readonly docs: RuleDocs;
};

type NodeRuleSpec<Id extends string, N extends Needs> = RuleSpec<Id> & {
	/** The rule is evaluated for one node at a time. */
	readonly scope: 'node';
	/** The roles of the nodes that the rule is evaluated for. Default: all roles but sentinel. */
	readonly roles?: readonly NodeRole[];
	/** False for a node that the rule does not concern: that node is clear, even if a need is missing. */
	readonly appliesTo?: (facts: NodeFacts) => boolean;
	/** The facts that the rule needs, read in this order. The first missing one is the reason for "not evaluated". */
	readonly needs: N;
	readonly evaluate: (met: Met<N>, facts: NodeFacts, heldMs: number) => Evaluation;
};

type FleetRuleSpec<Id extends string> = RuleSpec<Id> & {
	/** The rule is evaluated for all nodes of a deployment together. */
	readonly scope: 'fleet';
	readonly evaluate: FleetRule['evaluate'];
};

type ClusterRuleSpec<Id extends string> = RuleSpec<Id> & {
	/**
	The rule is evaluated for the compared views of a cluster. It is clear without a cluster, and not evaluated until a
	node has returned its view.
	*/
	readonly scope: 'cluster';
	readonly evaluate: (cluster: ClusterState, fleet: FleetFacts, heldMs: FleetHeldMs) => readonly FleetEvaluation[];
};

/** The roles of nodes with data. A sentinel has none, and its INFO lacks most fields that rules read. */
const dataRoles: readonly NodeRole[] = ['primary', 'replica', 'unknown'];

/** Milliseconds after which cluster views are too old to be evaluated. */
const oldViewsMs = 30_000;

/**
Defines a health rule. A rule about one node is clear for nodes of other roles, and where `appliesTo` is false. It is not
evaluated where a need is missing. Otherwise `evaluate` decides, which is a pure function.
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
