import type {Evidence, EvidenceUnit} from '../domain/finding.js';
import type {NodeFacts} from './node-facts.js';

/** Fields of INFO as evidence, under their own names; what the server doesn't say is left out. */
export function infoEvidence(
	facts: NodeFacts,
	...fields: ReadonlyArray<readonly [section: string, name: string, unit?: EvidenceUnit]>
): Evidence[] {
	return fields.flatMap(([section, name, unit]): Evidence[] => {
		const text = facts.text(section, name);
		if (text === undefined) {
			return [];
		}

		const value = facts.number(section, name) ?? text;
		return [unit === undefined ? {name, value} : {name, value, unit}];
	});
}
