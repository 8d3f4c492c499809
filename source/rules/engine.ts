import type {Evaluation} from '../domain/finding.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from './all-rules.js';
import {fleetRules, nodeRules} from './all-rules.js';
import type {NodeFacts} from './node-facts.js';
import type {FleetFacts, FleetRule, NodeRule} from './rule.js';

/*
How a rule is added:

1. Its thresholds: a row each in `domain/threshold-rows/AREA.ts`, named `rule.id.what`, with unit and source. A new AREA
   is spread into `thresholdRows` of `domain/thresholds.ts`.
2. `derive/rules/AREA-NAME.ts`, one file a rule, exporting a `nodeRule({…})` (one node) or a `fleetRule({…})` (several).
   `needs` names the facts it can't do without (`derive/rule-needs.ts`): a missing one makes it *not evaluated*, with the
   reason. Facts it can do without are read from `facts`. `evaluate` is pure and returns `clear`, `fires(…)`,
   `advises(…)` for a standing setting, or `pending/absent/unseen(…)`. Next steps are made by `derive/next-steps.ts`.
   The docstring says what the rule looks at, since which version, and the false positives it avoids.
3. A line in `derive/rules/all-rules.ts`.
4. `test/derive/rules/AREA-NAME.test.ts`: a table of cases (it fires, it doesn't, it can't be known), by
   `test/harness/rule-cases.ts`.
5. Does another rule explain it, or it another? A row in `derive/explanations.ts`.

A field that is not polled yet: `poll/poll-plan.ts` (sections, settings). One that is compared with minutes ago:
`derive/field-tracks.ts`.
*/

/** What a rule says of a node or of something of it. Clear ones are left out. */
export type Judgement = {
	readonly rule: NodeRule<RuleId> | FleetRule<RuleId>;
	readonly node: NodeAddress | undefined;
	readonly subject: string | undefined;
	readonly evaluation: Exclude<Evaluation, {kind: 'clear'}>;
};

/** How long a condition has held already, milliseconds. */
export type HeldMs = (rule: RuleId, node?: NodeAddress, subject?: string) => number;

const never: HeldMs = () => 0;

/** Every rule about one node that is not clear there. */
export function judgeNode(
	facts: NodeFacts,
	heldMs: HeldMs = never,
	rules: ReadonlyArray<NodeRule<RuleId>> = nodeRules,
): Judgement[] {
	const judgements: Judgement[] = [];
	const node = facts.address;
	for (const rule of rules) {
		const evaluation = rule.evaluate(facts, heldMs(rule.id, node));
		if (evaluation.kind !== 'clear') {
			judgements.push({rule, node, subject: undefined, evaluation});
		}
	}

	return judgements;
}

/** Every rule about several nodes that is not clear. */
export const judgeFleet = (
	fleet: FleetFacts,
	heldMs: HeldMs = never,
	rules: ReadonlyArray<FleetRule<RuleId>> = fleetRules,
): Judgement[] =>
	rules.flatMap(rule =>
		rule
			.evaluate(fleet, (node, subject) => heldMs(rule.id, node, subject))
			.flatMap(({node, subject, ...evaluation}) =>
				evaluation.kind === 'clear' ? [] : [{rule, node, subject, evaluation}],
			),
	);
