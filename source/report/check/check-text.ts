import type {NextStep, Severity} from '../../domain/finding.js';
import {messageText} from '../../domain/message.js';
import {type FindingGroup, groupText} from '../../state/finding-groups.js';
import type {Check, CheckReport} from './check.js';
import {withoutPipes} from './pipe-free.js';

/**
Largest number of blind spots (rules or commands that could not be evaluated) that the text lists. JSON has all of them.
*/
const shownBlind = 8;
/** Largest number of nodes that the text names for a group of findings. JSON has all of them. */
const namedNodes = 12;

/**
Replaces the `|` that ACL rules and names in the texts of findings contain. A monitoring plugin's output may have only one
`|`: the one before the performance data. Commands are printed in a form without a pipe, so that they can be pasted.
*/
const pipeMark = '¦';

const severityNouns: ReadonlyArray<readonly [Severity, one: string, many: string]> = [
	['critical', 'critical', 'critical'],
	['warning', 'warning', 'warnings'],
	['info', 'note', 'notes'],
];

const plural = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

/**
The number of findings by severity: `3 warnings, 22 notes`. Empty without findings. A cause counts with the severity that
its group is listed with, which is that of its worst consequence. So the counts are those of the list below.
*/
const counts = (groups: readonly FindingGroup[]): string =>
	severityNouns
		.flatMap(([severity, one, many]) => {
			const number = groups
				.filter(group => group.severity === severity)
				.reduce((sum, {entries}) => sum + entries.length, 0);
			return number === 0 ? [] : [plural(number, one, many)];
		})
		.join(', ');

/**
The first line of the output, before performance data is added: the status, the counts and the text of the verdict.
*/
function headline({status, verdict, nodes}: Check, groups: readonly FindingGroup[]): string {
	const label = status.toUpperCase();
	if (groups.length === 0) {
		return `${label}: ${verdict}`;
	}

	const where = `on ${plural(nodes.length, 'node')}`;
	return status === 'ok' || status === 'unknown'
		? `${label}: ${verdict}; ${counts(groups)} ${where}`
		: `${label}: ${counts(groups)} ${where}: ${verdict}`;
}

/** A next step of a finding as a line. Commands begin with `$`, which distinguishes them from sentences. */
function stepLine({kind, text}: NextStep): string {
	switch (kind) {
		case 'command':
			return `  $ ${withoutPipes(messageText(text))}`;
		case 'shell':
			return `  on its host: $ ${withoutPipes(messageText(text))}`;
		case 'words':
			return `  - ${messageText(text)}`;
	}
}

/**
A group of findings as lines: rule, node and text, then the names of the nodes if there are several. The meaning and the
next steps are taken from the group's first finding. A consequence names the rule of its cause. A consequence below
critical has no steps: those of its cause end it, and its own blame somebody else.
*/
function groupLines(group: FindingGroup, isVerbose: boolean): readonly string[] {
	const {severity, rule, nodes, first, isConsequence} = group;
	const {meaning, next, node} = first.finding;
	const where = nodes.length > 1 && group.entries.length > 1 ? plural(nodes.length, 'node') : (node ?? 'deployment');
	const left = nodes.length - namedNodes;
	const names = `${nodes.slice(0, namedNodes).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
	return [
		'',
		`${severity}  ${rule}  ${where}  ${groupText(group)}`,
		...(group.entries.length > 1 && nodes.length > 1 ? [`  on ${names}`] : []),
		...(isConsequence && first.causeRule !== undefined ? [`  follows from ${first.causeRule} above`] : []),
		...(isConsequence && severity !== 'critical' && !isVerbose
			? []
			: [`  ${messageText(meaning)}`, ...next.map(stepLine)]),
	];
}

/** The line that counts the findings of severity info, which only `-v` lists: `22 notes of 5 kinds: -v lists them`. */
function adviceLines(advice: readonly FindingGroup[]): readonly string[] {
	const all = advice.reduce((sum, {entries}) => sum + entries.length, 0);
	return advice.length === 0
		? []
		: [`${plural(all, 'note')} of ${plural(advice.length, 'kind')}: -v lists ${all === 1 ? 'it' : 'them'}`];
}

/**
The text of `redis-top check`, in the form of a monitoring plugin's output. The first line has the status, the counts and
the verdict, then the performance data. Below it are the findings by rule, then what could not be evaluated.
*/
export function checkText({check, groups, performance, isVerbose}: CheckReport): string {
	const {nodes, blind, notEvaluated, unconfirmed} = check;
	const up = nodes.filter(({state}) => state === 'up').length;
	const denied = blind.filter(({reason}) => reason === 'denied' || reason === 'unseen');
	const shown = isVerbose ? groups : groups.filter(({severity}) => severity !== 'info');
	const lines = [
		...shown.flatMap(group => groupLines(group, isVerbose)),
		'',
		`${up} of ${plural(nodes.length, 'node')} up`,
		...adviceLines(groups.filter(group => !shown.includes(group))),
		...denied
			.slice(0, shownBlind)
			.map(
				({what, node, why, fix}) =>
					`not seen: ${what}${node === null ? '' : ` on ${node}`}: ${why}${fix === null ? '' : `; ${fix}`}`,
			),
		...(denied.length > shownBlind ? [`not seen: ${denied.length - shownBlind} more; --json lists them`] : []),
		...unconfirmed.map(
			({rule, node, title, why}) => `not confirmed: ${rule}${node === null ? '' : ` on ${node}`}: ${title} (${why})`,
		),
		...(notEvaluated.length === 0
			? []
			: [`not evaluated: ${notEvaluated.join(', ')}: they must hold for longer than check looks; see redis-top watch`]),
	];
	const text = [headline(check, groups), ...lines].join('\n').replaceAll('|', pipeMark);
	const [first = '', ...rest] = text.split('\n');
	const note = text.includes(pipeMark) ? [`${pipeMark} stands for the pipe character; --json has it`] : [];
	return [`${first} | ${performance}`, ...rest, ...note].join('\n');
}

/** The output formats of `redis-top check`; `text` is the default. */
export const checkFormats: Readonly<Record<string, (report: CheckReport) => string | Promise<string>>> = {
	text: checkText,
	json: ({check}: CheckReport): string => JSON.stringify(check, undefined, 2),
	/** Metrics for node_exporter's textfile collector. prom-client is loaded only here. */
	async prometheus({metrics}: CheckReport): Promise<string> {
		const {metricsPage} = await import('../../metrics/metrics-page.js');
		return (await metricsPage(metrics, 'text')).trimEnd();
	},
};
