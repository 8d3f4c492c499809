import type {ClusterState} from '../cluster/cluster-state.js';
import type {DeploymentKind} from '../derive/deployment.js';
import type {Evaluation, Firing, Severity} from '../domain/finding.js';
import type {NodeAddress, NodeRole} from '../domain/node.js';
import {
	type LimitsOf,
	limitsOf,
	type Threshold,
	type ThresholdOverrides,
	type ThresholdTable,
	type WithThresholds,
} from '../domain/threshold.js';
import {absent, type Met, type Need, type Needs, pending} from './needs.js';
import type {NodeFacts} from './node-facts.js';

/** When a rule's condition is raised as a finding, and when the finding ends. */
export type RuleTiming = {
	/** Number of evaluations in a row that must fire before a finding is raised. Default 2. */
	readonly raiseAfter: number;
	/** Milliseconds for which the condition must also have held before a finding is raised. Default 0. */
	readonly raiseAfterMs: number;
	/** Number of evaluations in a row that must be clear before the finding ends. Default 3. */
	readonly clearAfter: number;
	/**
	Whether `redis-top check` may raise a condition that holds in all of its few samples. This matters for a rule whose
	`raiseAfterMs` exceeds the five seconds that `check` may take. False: `check` reports the rule as not evaluated.
	Default false.
	*/
	readonly countsAtOnce: boolean;
};

/** What `docs/rules.md` and `redis-top rules` say about a rule, beside its thresholds. */
export type RuleDocs = {
	/** Which fields and settings the rule reads, and what it concludes: a sentence or two. */
	readonly looksAt: string;
	/** The first version of Redis that has the fields that the rule reads, such as `2.4`; `any` for every version. */
	readonly since: string;
	/** Harmless cases that look like the problem, one sentence each: the case, and how the rule excludes it. */
	readonly falsePositives: readonly string[];
};

type RuleBase<Id extends string, Table extends ThresholdTable> = RuleTiming & {
	readonly id: Id;
	readonly docs: RuleDocs;
	/**
	The numbers of the rule that a user may change in the config file, by their short names: `mem.max` has `warning` and
	`critical`.
	*/
	readonly thresholds: Table;
};

/** A rule about one node at a time. */
export type NodeRule<Id extends string = string, Table extends ThresholdTable = ThresholdTable> = RuleBase<
	Id,
	Table
> & {
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

/**
An evaluation, with the node that it is about. `subject` is a part of that node, such as a slot or a replica's address.
*/
export type FleetEvaluation = Evaluation & {
	readonly node?: NodeAddress | undefined;
	readonly subject?: string | undefined;
};

/** Returns for how many milliseconds the condition has held for a node and subject. */
export type FleetHeldMs = (node?: NodeAddress, subject?: string) => number;

/** A rule that compares nodes. It is clear for every node and subject for which it returns no evaluation. */
export type FleetRule<Id extends string = string, Table extends ThresholdTable = ThresholdTable> = RuleBase<
	Id,
	Table
> & {
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
Like `fires`, for a standing setting instead of an event: severity info, or a warning with `--strict`. `adviceCost` is
the cost of following the advice.
*/
export const advises = (
	facts: NodeFacts,
	firing: Omit<Firing, 'severity'> & {readonly adviceCost: string},
): Evaluation => ({kind: 'fires', severity: facts.settings.isStrict ? 'warning' : 'info', ...firing});

type RuleSpec<Id extends string, Table extends ThresholdTable> = Partial<RuleTiming> & {
	readonly id: Id;
	readonly docs: RuleDocs;
	/** The numbers of the rule that a user may change in the config file, by their short names. Default: none. */
	readonly thresholds?: Table;
};

type NodeRuleSpec<Id extends string, N extends Needs, Table extends ThresholdTable> = RuleSpec<Id, Table> & {
	/** The rule is evaluated for one node at a time. */
	readonly scope: 'node';
	/** The roles of the nodes that the rule is evaluated for. Default: all roles but sentinel. */
	readonly roles?: readonly NodeRole[];
	/** False for a node that the rule does not concern: that node is clear, even if a need is missing. */
	readonly appliesTo?: (facts: NodeFacts, limits: LimitsOf<Table>) => boolean;
	/** The facts that the rule needs, read in this order. The first missing fact is the reason for "not evaluated". */
	readonly needs: N;
	/**
	@param met The needed facts. The object is reused for the next evaluation.
	@param limits The values of the rule's own thresholds, for the target of the node.
	*/
	readonly evaluate: (met: Met<N>, facts: NodeFacts, limits: LimitsOf<Table>, heldMs: number) => Evaluation;
};

/**
The values of a rule's own thresholds for the target of a node. For an unknown node: the values for any node of the
cluster.
*/
export type NodeLimits<Table extends ThresholdTable> = (address?: NodeAddress) => LimitsOf<Table>;

type FleetRuleSpec<Id extends string, Table extends ThresholdTable> = RuleSpec<Id, Table> & {
	/** The rule is evaluated for all nodes of a deployment together. */
	readonly scope: 'fleet';
	readonly evaluate: (fleet: FleetFacts, limits: NodeLimits<Table>, heldMs: FleetHeldMs) => readonly FleetEvaluation[];
};

type ClusterRuleSpec<Id extends string, Table extends ThresholdTable> = RuleSpec<Id, Table> & {
	/**
	The rule is evaluated for the compared views of a cluster. It is clear without a cluster, and not evaluated until a
	node has returned its view.
	*/
	readonly scope: 'cluster';
	/**
	Whether the rule concludes from gossip: from flags, epochs and views of single nodes. It is not evaluated in a cluster
	whose bus is Raft. Default false.
	*/
	readonly isOfGossip?: boolean;
	readonly evaluate: (
		cluster: ClusterState,
		fleet: FleetFacts,
		limits: NodeLimits<Table>,
		heldMs: FleetHeldMs,
	) => readonly FleetEvaluation[];
};

/** The type of an empty table, for a rule without thresholds. */
type NoThresholds = Readonly<Record<never, Threshold>>;

/** The roles of nodes with data. A sentinel has no data, and its INFO lacks most fields that rules read. */
const dataRoles: readonly NodeRole[] = ['primary', 'replica', 'unknown'];

/** Milliseconds after which cluster views are too old to be evaluated. */
const oldViewsMs = 30_000;

/**
Defines a health rule. A rule about one node is clear for nodes of other roles, and if `appliesTo` is false. It is not
evaluated if a need is missing. Otherwise `evaluate` decides, which is a pure function.
*/
export function rule<const Id extends string, N extends Needs, Table extends ThresholdTable = NoThresholds>(
	spec: NodeRuleSpec<Id, N, Table>,
): NodeRule<Id, Table>;
export function rule<const Id extends string, Table extends ThresholdTable = NoThresholds>(
	spec: FleetRuleSpec<Id, Table> | ClusterRuleSpec<Id, Table>,
): FleetRule<Id, Table>;
export function rule(
	spec:
		| NodeRuleSpec<string, Needs, ThresholdTable>
		| FleetRuleSpec<string, ThresholdTable>
		| ClusterRuleSpec<string, ThresholdTable>,
): Rule {
	const {id, docs, thresholds = {}, raiseAfter = 2, raiseAfterMs = 0, clearAfter = 3, countsAtOnce = false} = spec;
	const base = {id, docs, thresholds, raiseAfter, raiseAfterMs, clearAfter, countsAtOnce};
	switch (spec.scope) {
		case 'node':
			return {...base, scope: 'node', evaluate: nodeEvaluation(spec, base)};
		case 'fleet': {
			const {evaluate} = spec;
			return {
				...base,
				scope: 'fleet',
				evaluate: (fleet, heldMs) => evaluate(fleet, nodeLimits(base, fleet), heldMs),
			};
		}

		case 'cluster':
			return {...base, scope: 'fleet', evaluate: clusterEvaluation(spec, base)};
	}
}

const nodeLimits =
	<Table extends ThresholdTable>(owner: WithThresholds<Table>, {nodes}: FleetFacts): NodeLimits<Table> =>
	address => {
		const named = address === undefined ? undefined : nodes.get(address);
		const facts = named ?? [...nodes.values()].find(({record}) => record.clusterInfo ?? record.clusterNodes);
		return limitsOf(owner, facts?.settings.thresholds);
	};

function nodeEvaluation(
	{roles = dataRoles, appliesTo = () => true, needs, evaluate}: NodeRuleSpec<string, Needs, ThresholdTable>,
	owner: WithThresholds<ThresholdTable>,
): NodeRule['evaluate'] {
	const names = Object.keys(needs);
	const wanted = Object.values(needs);
	let overrides: ThresholdOverrides | undefined;
	let limits: LimitsOf<ThresholdTable> | undefined;
	// One object serves all evaluations of the rule. At 1,000 nodes, 21,000 evaluations a second would otherwise each
	// create an object.
	const met: Record<string, unknown> = Object.fromEntries(names.map(name => [name, undefined]));
	return (facts, heldMs) => {
		// Nodes of one target share their thresholds.
		if (limits === undefined || facts.settings.thresholds !== overrides) {
			overrides = facts.settings.thresholds;
			limits = limitsOf(owner, overrides);
		}

		if (!roles.includes(facts.record.role) || !appliesTo(facts, limits)) {
			return clear;
		}

		for (let index = 0; index < wanted.length; index++) {
			const need = wanted[index] as Need<unknown>;
			const value = need.read(facts);
			if (value === undefined) {
				return need.missing(facts);
			}

			met[names[index] as string] = value;
		}

		return evaluate(met, facts, limits, heldMs);
	};
}

const noGossip = absent('the nodes of this cluster agree by a Raft log, not by gossip');

function clusterEvaluation(
	{evaluate, isOfGossip = false}: ClusterRuleSpec<string, ThresholdTable>,
	owner: WithThresholds<ThresholdTable>,
): FleetRule['evaluate'] {
	return (fleet, heldMs) => {
		const {cluster, deployment, nowMs} = fleet;
		if (cluster === undefined) {
			return deployment === 'cluster' ? [pending('no node has told its view of the cluster yet')] : [];
		}

		if (isOfGossip && cluster.isRaft) {
			return [noGossip];
		}

		return nowMs - cluster.atMs > oldViewsMs
			? [pending('no node of the cluster tells its view now')]
			: evaluate(cluster, fleet, nodeLimits(owner, fleet), heldMs);
	};
}
