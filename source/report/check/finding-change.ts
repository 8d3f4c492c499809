import {messageText} from '../../domain/message.js';
import {stepsAfterFinding} from '../../rules/after-steps.js';
import {type Finding, findingKey} from '../../rules/finding.js';
import {isChosen, type RuleChoice} from '../../rules/rule-choice.js';
import {sharedText} from '../../state/finding-groups.js';
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
A change of a finding as one line of JSON.

@param atMs Wall time, in milliseconds since the epoch.
*/
export const changeJson = ({event, finding}: FindingChange, atMs: number): string =>
	JSON.stringify({
		schema: watchSchema,
		at: isoTime(atMs),
		event,
		finding: {...findingPart(finding), ...(event === 'closed' ? afterPart(finding) : {})},
	});

/** The steps of a finding that has ended. No action helps any more. */
const afterPart = (finding: Finding) => ({
	next: stepsAfterFinding(finding).map(({text}) => messageText(text)),
	action: null,
	actionNode: null,
});

/** Largest number of nodes that one line names. */
const namedNodes = 8;

/** Several findings of one rule that changed alike (same change, same severity), as one line of text. */
function changeLine([first, ...others]: readonly FindingChange[], atMs: number): string {
	if (first === undefined) {
		return '';
	}

	const {event, finding} = first;
	const findings = [finding, ...others.map(other => other.finding)];
	const nodes = [...new Set(findings.map(({node}) => node ?? 'deployment'))];
	const where = nodes.length === 1 ? (nodes[0] ?? '') : `${nodes.length} nodes`;
	const left = nodes.length - namedNodes;
	const names =
		nodes.length === 1 ? '' : ` (${nodes.slice(0, namedNodes).join(', ')}${left > 0 ? ` and ${left} more` : ''})`;
	const {severity, rule} = finding;
	return `${isoTime(atMs)}  ${event.toUpperCase().padEnd(7)}  ${severity.padEnd(8)}  ${rule}  ${where}  ${sharedText(findings)}${names}`;
}

/**
The changes of findings at one moment as text. Findings of one rule that change alike on several nodes share a line.
*/
export const changesText = (changes: readonly FindingChange[], atMs: number): string =>
	[...Map.groupBy(changes, ({event, finding: {rule, severity}}) => `${event} ${rule} ${severity}`).values()]
		.map(alike => changeLine(alike, atMs))
		.join('\n');

/** The changes of findings at one moment as JSON: one line for each finding. */
const changesJson = (changes: readonly FindingChange[], atMs: number): string =>
	changes.map(change => changeJson(change, atMs)).join('\n');

/** The output formats of `redis-top watch`, for the changes of one moment; `text` is the default. */
export const changeFormats = {text: changesText, json: changesJson};
