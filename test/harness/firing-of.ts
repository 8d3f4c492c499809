import assert from 'node:assert/strict';
import type {Firing} from '../../source/domain/finding.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeRule} from '../../source/rules/rule.js';
import {type FactsParts, factsOf} from './rule-cases.js';

/** Evaluates a rule with facts that make it fire, and returns the finding. Fails the test if the rule does not fire. */
export function firingOf(rule: NodeRule, parts: FactsParts): Firing {
	const evaluation = rule.evaluate(factsOf(parts), (parts.heldSeconds ?? 0) * 1000);
	assert.equal(evaluation.kind, 'fires', rule.id);
	return evaluation as Firing;
}

/**
The evidence of a finding as text, by name. Names inside a value are printed as `<kind name>`, so that a name without
its kind is visible.
*/
export const evidenceOf = ({evidence}: Firing): Record<string, string> =>
	Object.fromEntries(
		evidence.map(({name, value}) => [
			name,
			typeof value === 'number' ? String(value) : messageText(value, ({kind, name: of}) => `<${kind} ${of}>`),
		]),
	);
