import {type Finding, findingKey, findingText} from '../../rules/finding.js';
import {isChosen, type RuleChoice} from '../../rules/rule-choice.js';
import {isoTime} from '../snapshot/snapshot-values.js';
import {findingPart} from './check.js';

export const watchSchema = 'redis-top/watch@1';

/** A finding that opened, became more or less severe, or ended. Other figures in its text are no change. */
export type FindingChange = {readonly event: 'opened' | 'changed' | 'closed'; readonly finding: Finding};

/** The findings that hold, by `findingKey`. */
export type OpenFindings = ReadonlyMap<string, Finding>;

/** The findings that hold of a list. */
export const openFindings = (findings: readonly Finding[], choice: RuleChoice): OpenFindings =>
	new Map(
		findings
			.filter(({clearedAtMs, rule}) => clearedAtMs === undefined && isChosen(choice, rule))
			.map(finding => [findingKey(finding), finding]),
	);

/** The changes between two looks. What ended goes first, so that the last line is about the new state. */
export function findingChanges(before: OpenFindings, now: OpenFindings): FindingChange[] {
	const closed = [...before]
		.filter(([key]) => !now.has(key))
		.map(([, finding]) => ({event: 'closed', finding}) as const);
	const others = [...now].flatMap(([key, finding]): FindingChange[] => {
		const known = before.get(key);
		if (known === undefined) {
			return [{event: 'opened', finding}];
		}

		return known.severity === finding.severity ? [] : [{event: 'changed', finding}];
	});
	return [...closed, ...others];
}

/** @param atMs Wall time, milliseconds since the epoch. */
export const changeJson = ({event, finding}: FindingChange, atMs: number): string =>
	JSON.stringify({schema: watchSchema, at: isoTime(atMs), event, finding: findingPart(finding)});

export function changeText({event, finding}: FindingChange, atMs: number): string {
	const {severity, rule, node} = finding;
	return `${isoTime(atMs)}  ${event.toUpperCase().padEnd(7)}  ${severity.padEnd(8)}  ${rule}  ${node ?? 'deployment'}  ${findingText(finding)}`;
}

/** What `watch` prints a change as. */
export const changeFormats = {text: changeText, json: changeJson};
