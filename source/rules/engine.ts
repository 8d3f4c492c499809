import type {Evaluation} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from './all-rules.js';
import {fleetRules, nodeRules} from './all-rules.js';
import type {NodeFacts} from './node-facts.js';
import type {FleetFacts, FleetRule, NodeRule} from './rule.js';

/**
The result of a rule that is not clear: it fires or is not evaluated, for a node or for a part of the node (`subject`).
*/
export type RuleResult = {
	readonly rule: NodeRule<RuleId> | FleetRule<RuleId>;
	readonly node: NodeAddress | undefined;
	readonly subject: string | undefined;
	readonly evaluation: Exclude<Evaluation, {kind: 'clear'}>;
};

/** Returns for how many milliseconds a rule's condition has held; 0 for a new condition. */
export type HeldMs = (rule: RuleId, node?: NodeAddress, subject?: string) => number;

const never: HeldMs = () => 0;

/** Evaluates every rule about one node. */
export function evaluateNode(
	facts: NodeFacts,
	heldMs: HeldMs = never,
	rules: ReadonlyArray<NodeRule<RuleId>> = nodeRules,
): RuleResult[] {
	const results: RuleResult[] = [];
	const node = facts.address;
	// A loop with an index: an iterator would allocate an object for each rule of each node.
	for (let index = 0; index < rules.length; index++) {
		const rule = rules[index] as NodeRule<RuleId>;
		const evaluation = rule.evaluate(facts, heldMs(rule.id, node));
		if (evaluation.kind !== 'clear') {
			results.push({rule, node, subject: undefined, evaluation});
		}
	}

	return results;
}

/** Evaluates every rule that compares nodes. */
export const evaluateFleet = (
	fleet: FleetFacts,
	heldMs: HeldMs = never,
	rules: ReadonlyArray<FleetRule<RuleId>> = fleetRules,
): RuleResult[] =>
	rules.flatMap(rule =>
		rule
			.evaluate(fleet, (node, subject) => heldMs(rule.id, node, subject))
			.flatMap(({node, subject, ...evaluation}) =>
				evaluation.kind === 'clear' ? [] : [{rule, node, subject, evaluation}],
			),
	);
