import type {ClusterState} from '../cluster/cluster-state.js';
import type {Evaluation, Firing, NotEvaluated, RuleId, Severity} from '../domain/finding.js';
import type {NodeAddress, NodeRole} from '../domain/node.js';
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

/** A fact that a rule can't do without. */
export type Need<T> = {
	readonly read: (facts: NodeFacts) => T | undefined;
	/** Why it is missing, when it is. */
	readonly missing: (facts: NodeFacts) => NotEvaluated;
};

export type Needs = Readonly<Record<string, Need<unknown>>>;

export type Met<N extends Needs> = {readonly [Name in keyof N]: N[Name] extends Need<infer T> ? T : never};

export type NodeRule = RuleTiming & {
	readonly id: RuleId;
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

export type FleetRule = RuleTiming & {
	readonly id: RuleId;
	/** What it doesn't return is clear. `heldMs` tells how long a node's (and subject's) condition has held already. */
	readonly evaluate: (
		fleet: FleetFacts,
		heldMs: (node?: NodeAddress, subject?: string) => number,
	) => readonly FleetEvaluation[];
};

export const clear: Evaluation = {kind: 'clear'};

export const fires = (
	severity: Severity,
	title: string,
	rest: Omit<Firing, 'severity' | 'title' | 'adviceCost'>,
): Evaluation => ({
	kind: 'fires',
	severity,
	title,
	...rest,
});

/** Advice about a standing setting: info, or a warning where `--strict` was asked for. */
export const advises = (
	facts: NodeFacts,
	title: string,
	rest: Omit<Firing, 'severity' | 'title' | 'adviceCost'> & {readonly adviceCost: string},
): Evaluation => ({kind: 'fires', severity: facts.settings.isStrict ? 'warning' : 'info', title, ...rest});

type Timing = Partial<RuleTiming>;

const timingOf = ({raiseAfter = 2, raiseAfterMs = 0, clearAfter = 3, countsAtOnce = false}: Timing): RuleTiming => ({
	raiseAfter,
	raiseAfterMs,
	clearAfter,
	countsAtOnce,
});

/** A sentinel holds no data: what rules ask of INFO isn't there. */
const dataRoles: readonly NodeRole[] = ['primary', 'replica', 'unknown'];

/**
A rule about one node. Where it doesn't apply (another role, `appliesTo` is false) it is clear; where a need is missing it
is not evaluated; else `evaluate` decides.
*/
export function nodeRule<N extends Needs>({
	id,
	roles = dataRoles,
	appliesTo = () => true,
	needs,
	evaluate,
	...timing
}: Timing & {
	readonly id: RuleId;
	/** Default: all but sentinels. */
	readonly roles?: readonly NodeRole[];
	readonly appliesTo?: (facts: NodeFacts) => boolean;
	readonly needs: N;
	/** `met` is its own only until it returns: what is kept of it is copied. */
	readonly evaluate: (met: Met<N>, facts: NodeFacts, heldMs: number) => Evaluation;
}): NodeRule {
	const names = Object.keys(needs);
	const wanted = Object.values(needs);
	// One for all evaluations: a hundred thousand a second feel what a new one costs, filled name by name.
	const met: Record<string, unknown> = {};
	for (const name of names) {
		met[name] = undefined;
	}

	return {
		id,
		...timingOf(timing),
		evaluate(facts, heldMs) {
			if (!roles.includes(facts.record.role) || !appliesTo(facts)) {
				return clear;
			}

			// By place, as entries cost too.
			for (let index = 0; index < wanted.length; index++) {
				const need = wanted[index];
				const value = need?.read(facts);
				if (value === undefined) {
					return need?.missing(facts) ?? clear;
				}

				met[names[index] ?? ''] = value;
			}

			return evaluate(met as Met<N>, facts, heldMs);
		},
	};
}

export const fleetRule = ({id, evaluate, ...timing}: Timing & Pick<FleetRule, 'id' | 'evaluate'>): FleetRule => ({
	id,
	...timingOf(timing),
	evaluate,
});
