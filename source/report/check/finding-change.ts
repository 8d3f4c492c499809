import {type Finding, findingKey, findingText} from '../../rules/finding.js';
import {isChosen, type RuleChoice} from '../../rules/rule-choice.js';
import {isoTime} from '../snapshot/snapshot-values.js';
import {findingPart} from './check.js';

export const watchSchema = 'redis-top/watch@1';

/** A finding that opened, changed its severity, or closed. A change of figures in its text does not count. */
export type FindingChange = {readonly event: 'opened' | 'changed' | 'closed'; readonly finding: Finding};

/** The findings that hold, by `findingKey`. */
export type OpenFindings = ReadonlyMap<string, Finding>;

/** The findings that hold and whose rules were chosen, by `findingKey`. */
export const openFindings = (findings: readonly Finding[], choice: RuleChoice): OpenFindings =>
	new Map(
		findings
			.filter(({clearedAtMs, rule}) => clearedAtMs === undefined && isChosen(choice, rule))
			.map(finding => [findingKey(finding), finding]),
	);

/**
The changes from one list of findings to the next. Closed findings come first, so that the last line is about the
present state.
*/
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

/**
A change as one line of JSON.

@param atMs Wall time, milliseconds since the epoch.
*/
export const changeJson = ({event, finding}: FindingChange, atMs: number): string =>
	JSON.stringify({schema: watchSchema, at: isoTime(atMs), event, finding: findingPart(finding)});

export function changeText({event, finding}: FindingChange, atMs: number): string {
	const {severity, rule, node} = finding;
	return `${isoTime(atMs)}  ${event.toUpperCase().padEnd(7)}  ${severity.padEnd(8)}  ${rule}  ${node ?? 'deployment'}  ${findingText(finding)}`;
}

/** The output formats of `redis-top watch`, for one change; `text` is the default. */
export const changeFormats = {text: changeText, json: changeJson};
