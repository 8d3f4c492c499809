import type {Evidence, EvidenceUnit} from '../domain/finding.js';
import {message, type NameKind, nameOf} from '../domain/message.js';
import type {NodeFacts} from './node-facts.js';

/** The fields of INFO whose value names a host. */
const nameKinds: ReadonlyMap<string, NameKind> = new Map([['master_host', 'host']]);

/** Fields of INFO as evidence, under the server's own names. Fields that the server does not print are left out. */
export function infoEvidence(
	facts: NodeFacts,
	...fields: ReadonlyArray<readonly [section: string, name: string, unit?: EvidenceUnit]>
): Evidence[] {
	return fields.flatMap(([section, name, unit]): Evidence[] => {
		const text = facts.text(section, name);
		if (text === undefined) {
			return [];
		}

		const kind = nameKinds.get(name);
		if (kind !== undefined) {
			return [{name, value: message`${nameOf(kind, text)}`}];
		}

		const value = facts.number(section, name) ?? text;
		if (typeof value === 'string' && Number.isFinite(Number(value)) && value.trim() !== '') {
			// The text is a number, but `number` returned undefined, because the value is outside the field's range.
			return [];
		}

		return [unit === undefined ? {name, value} : {name, value, unit}];
	});
}
