import type {Firing} from '../../source/domain/finding.js';
import {allRules, type RuleId} from '../../source/rules/all-rules.js';
import type {NodeFacts} from '../../source/rules/node-facts.js';
import type {FleetEvaluation} from '../../source/rules/rule.js';

/** Every time that a rule fired in this process since this file was imported. */
export const recordedFirings: Array<{
	readonly rule: RuleId;
	readonly firing: Firing;
	/** The facts from which the rule was evaluated; undefined for a rule that compares nodes. */
	readonly facts: NodeFacts | undefined;
}> = [];

const note = (rule: RuleId, evaluations: readonly FleetEvaluation[], facts?: NodeFacts): void => {
	for (const evaluation of evaluations) {
		if (evaluation.kind === 'fires') {
			recordedFirings.push({rule, firing: evaluation, facts});
		}
	}
};

for (const rule of allRules) {
	const {id} = rule;
	if (rule.scope === 'node') {
		const {evaluate} = rule;
		Object.assign(rule, {
			evaluate: (...given: Parameters<typeof evaluate>) => {
				const evaluation = evaluate(...given);
				note(id, [evaluation], given[0]);
				return evaluation;
			},
		});
	} else {
		const {evaluate} = rule;
		Object.assign(rule, {
			evaluate: (...given: Parameters<typeof evaluate>) => {
				const evaluations = evaluate(...given);
				note(id, evaluations);
				return evaluations;
			},
		});
	}
}
