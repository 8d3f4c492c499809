import type {Evidence, NextStep} from '../domain/finding.js';
import {bytes} from '../text/units.js';
import {hint} from './next-steps.js';
import {type NodeFacts, quoted} from './node-facts.js';

/** Settings whose loss at a restart costs data or memory, or lets clients in or keeps them out, the worst first. */
const comparedSettings = [
	'maxmemory',
	'maxmemory-policy',
	'save',
	'appendonly',
	'maxclients',
	'min-replicas-to-write',
	'protected-mode',
] as const;

/** Most changed settings that the text of a finding names. */
const namedSettings = 2;

const valueText = (name: string, value: string): string =>
	name === 'maxmemory' ? bytes(Number(value)) : /^\S+$/.test(value) ? value : `"${value}"`;

/**
What differs in the settings of a server from those before its restart: the config file, or its command line, has changed,
or CONFIG SET was not written into the file. Undefined where nothing differs, or where CONFIG GET did not show both.
*/
export function changedSettings({record, memory: {settingsBeforeRestart}}: NodeFacts):
	| {
			readonly text: string;
			readonly evidence: readonly Evidence[];
			readonly next: readonly NextStep[];
	  }
	| undefined {
	const now = record.config?.value;
	const changes = comparedSettings.flatMap(name => {
		const [before, after] = [settingsBeforeRestart?.get(name), now?.get(name)];
		return before === undefined || after === undefined || before === after ? [] : [{name, before, after}];
	});
	if (changes.length === 0) {
		return undefined;
	}

	const named = changes.slice(0, namedSettings);
	const left = changes.length - named.length;
	const texts = named.map(
		({name, before, after}) => `${name} is ${valueText(name, after)}, was ${valueText(name, before)}`,
	);
	const commands = named.map(({name, before}) => `CONFIG SET ${name} ${quoted(before)}`);
	return {
		text: `${texts.join('; ')}${left === 0 ? '' : ` and ${left} more`}`,
		evidence: changes.map(({name, before}) => ({name: `${name} before`, value: before})),
		next: [
			hint(
				`set them back if nobody meant that: ${commands.join(', ')}, then write it into its config file (CONFIG REWRITE)`,
			),
			hint('was it started with the same config file and options? Settings of CONFIG SET alone are lost at a restart'),
		],
	};
}
