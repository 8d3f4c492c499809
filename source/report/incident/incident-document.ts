import type {Severity} from '../../domain/finding.js';
import {message} from '../../domain/message.js';
import {evidenceText} from '../../text/evidence-text.js';
import {utcDateTime} from '../../text/units.js';
import {effectTexts} from './effect-text.js';
import type {Episode} from './episodes.js';
import type {Figure} from './figure-log.js';
import {type HeldTime, heldTimes, sumMs} from './held-times.js';
import type {Impact} from './impact.js';
import type {Cause, CauseRow, Incident, Shade} from './incident.js';
import {enumerated, lasted, nodeWithRole, type ReportText, takeoverText} from './report-text.js';

/** Largest number of a cause's evidence values that the report prints. */
const mostEvidence = 8;
/**
Warnings of one rule are listed as one entry if there are at least this many. Only warnings from which nothing followed
count.
*/
const alikeFrom = 3;

/** An entry of a list in a report. `isCommand`: the text is a command that can be typed. */
export type Item = {
	readonly text: string;
	readonly severity?: Severity | undefined;
	readonly isCommand?: boolean | undefined;
	readonly items?: readonly Item[] | undefined;
};

export type TableRow = {readonly cells: readonly string[]; readonly severity?: Severity | undefined};

/** A part of a report. Each output format lays the part out in its own way. */
export type Block =
	| {readonly kind: 'paragraph'; readonly text: string}
	| {readonly kind: 'table'; readonly heads: readonly string[]; readonly rows: readonly TableRow[]}
	| {readonly kind: 'list'; readonly items: readonly Item[]}
	| {
			readonly kind: 'figure';
			readonly figure: Figure;
			readonly fromMs: number;
			readonly toMs: number;
			readonly shades: readonly Shade[];
			readonly time: (atMs: number) => string;
	  };

export type Section = {readonly title: string; readonly blocks: readonly Block[]};

/** A report as parts in their order. */
export type IncidentDocument = {
	readonly title: string;
	readonly severity: Incident['severity'];
	readonly facts: ReadonlyArray<readonly [label: string, value: string]>;
	readonly sections: readonly Section[];
	readonly foot: string;
};

const paragraph = (text: string): Block => ({kind: 'paragraph', text});

/**
Lays a report out as sections. A section without content says that it has none, because a missing section could be a
mistake.
*/
export function documentOf(incident: Incident): IncidentDocument {
	const {source, fromMs, toMs, severity, nodes, kind} = incident;
	const sections: Section[] = [
		{title: 'What happened', blocks: incident.summary.map(sentences => paragraph(sentences.join(' ')))},
		{title: 'Impact', blocks: impactBlocks(incident)},
		{title: 'Causes and what followed', blocks: causeBlocks(incident)},
		{title: 'What was done and proved', blocks: actionBlocks(incident)},
		{title: 'Timeline (UTC)', blocks: timelineBlocks(incident)},
		{title: 'Figures', blocks: figureBlocks(incident)},
		{title: source.isRecording ? 'Before the recording' : 'What servers still know', blocks: earlierBlocks(incident)},
		{title: 'What could not be seen', blocks: [{kind: 'list', items: incident.unseen.map(text => ({text}))}]},
		{title: 'What to check after', blocks: afterBlocks(incident)},
		{title: 'Nodes at the end', blocks: nodeBlocks(incident)},
	];
	const period = `${utcDateTime(fromMs)} to ${utcDateTime(toMs)} UTC (${lasted(toMs - fromMs)})`;
	return {
		title: `Incident report: ${source.target}`,
		severity,
		facts: [
			['Time', source.isRecording ? period : `${utcDateTime(toMs)} UTC, two samples`],
			['Deployment', `${kind}, ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`],
			['Masked', source.masked],
			...(source.others.length === 0
				? []
				: [
						[
							'Elsewhere in the recording',
							source.others.map(({fromMs: from, toMs: to}) => `${utcDateTime(from)} to ${utcDateTime(to)}`).join('; '),
						] as const,
					]),
		],
		sections,
		foot: `Made by redis-top ${source.version} at ${utcDateTime(source.madeAtMs)} UTC from ${source.isRecording ? 'a recording' : 'two samples'}. Findings are those of this version's rules.`,
	};
}

function impactBlocks({impact, planned, text}: Incident): Block[] {
	if (impact.length === 0) {
		return [paragraph('No finding says that users felt anything.')];
	}

	return [
		{
			kind: 'table',
			heads: ['Effect', 'Node', 'From', 'To', 'Duration', 'Felt by users', 'Clients then', 'Rules'],
			rows: impact.map(row => impactRow(row, planned, text)),
		},
	];
}

function impactRow(row: Impact, planned: Incident['planned'], text: ReportText): TableRow {
	const {label, node, role, beganMs, endedMs, episodes} = row;
	const unplanned = episodes.filter(({id}) => !planned.has(id));
	return {
		severity: unplanned.some(({severity}) => severity === 'critical')
			? 'critical'
			: unplanned.length > 0
				? 'warning'
				: 'info',
		cells: [
			label,
			`${node ?? 'the deployment'}${role === undefined || role === 'unknown' ? '' : ` (${role})`}`,
			text.time(beganMs),
			endedMs === undefined ? 'still open' : text.time(endedMs),
			heldText(row.heldTimes),
			`${feltText(row, text)}${episodes.every(({id}) => planned.has(id)) ? '; planned restart' : ''}`,
			clientsText(episodes, text),
			[...new Set(episodes.map(({finding}) => finding.rule))].join(', '),
		],
	};
}

/** How long an effect held: `1m20s`; what came and went `9s, 2 times`; without a length `a moment`. */
const heldText = (times: readonly HeldTime[]): string =>
	times.length === 0
		? 'a moment'
		: times.length === 1
			? lasted(sumMs(times))
			: `${lasted(sumMs(times))}, ${times.length} times`;

/** The clients that were connected when an effect began: `client-3d7f (2 connections), client-77a5 (1)`. */
function clientsText(episodes: readonly Episode[], text: ReportText): string {
	const clients = episodes.find(episode => episode.clients.length > 0)?.clients ?? [];
	return enumerated(
		clients.map(
			({name, connections}, index) =>
				`${text.message(message`${name}`)} (${connections}${index > 0 ? '' : connections === 1 ? ' connection' : ' connections'})`,
		),
	);
}

function feltText({feltBy, successor, beganMs, effect}: Impact, text: ReportText): string {
	switch (feltBy) {
		case 'nobody':
			return effectTexts[effect].isFelt ? 'no' : 'not yet';
		case 'readers':
			return 'by clients that read from it';
		case 'users':
			return successor === undefined ? 'yes' : takeoverText(successor, beganMs, text);
	}
}

/** When an episode was, as text: `10:15:01 to 10:30:05, 15m04s`, `11:34:03 to 11:34:36, 9s, 2 times`, `at 11:34:07`. */
function episodeTime(episode: Episode, toMs: number, text: ReportText): string {
	const {beganMs, endedMs, finding} = episode;
	return finding.tells === 'moment'
		? `at ${text.time(beganMs)}`
		: `${text.time(beganMs)} to ${endedMs === undefined ? 'the end' : text.time(endedMs)}, ${heldText(heldTimes([episode], toMs))}`;
}

function causeBlocks({causes, toMs, text, source}: Incident): Block[] {
	const line = (row: CauseRow, severity: string = row.episode.severity) =>
		`${severity === '' ? '' : `${severity}: `}${nodeWithRole(row.episode)} ${row.text} (${row.episode.finding.rule}, ${episodeTime(row.episode, toMs, text)})`;
	const itemOf = (cause: Cause): Item => ({
		text: line(cause, cause.isPlanned ? 'planned restart' : undefined),
		severity: cause.isPlanned ? 'info' : cause.episode.severity,
		items: [
			{text: cause.meaning},
			...(cause.evidence.length === 0
				? []
				: [
						{
							text: `Evidence${source.isRecording ? ` at ${text.time(cause.episode.quotedAtMs)}` : ''}: ${cause.evidence.slice(0, mostEvidence).map(evidenceText).join(', ')}`,
						},
					]),
			...(cause.beginning === undefined ? [] : [{text: `Began after an action through redis-top: ${cause.beginning}`}]),
			...(cause.ending === undefined ? [] : [{text: `Ended ${cause.ending}`}]),
			...[
				...cause.preceded.map(row => ['preceded', row] as const),
				...cause.followed.map(row => ['followed', row] as const),
			].map(([when, row]) => ({
				text: `${when} by ${line(row, cause.isPlanned ? '' : undefined)}${row.ending === undefined ? '' : `; ended ${row.ending}`}`,
				severity: cause.isPlanned ? ('info' as const) : row.episode.severity,
			})),
		],
	});
	const itemOfAlike = (alike: readonly [Cause, ...Cause[]]): Item => {
		const [first] = alike;
		const [from, to] = [alike.map(({episode}) => episode.beganMs), alike.map(({episode}) => episode.endedMs ?? toMs)];
		const period = `${alike.length} times from ${text.time(Math.min(...from))} to ${text.time(Math.max(...to))}`;
		const where = enumerated([...new Set(alike.map(({episode}) => nodeWithRole(episode)))]);
		return {
			...itemOf(first),
			text: `${first.episode.severity}: ${where} ${first.text} (${first.episode.finding.rule}, ${period})`,
		};
	};
	return [
		causes.length === 0
			? paragraph('Nothing of severity warning or above was found.')
			: {
					kind: 'list',
					items: alikeCauses(causes).flatMap(alike =>
						alike.length < alikeFrom ? alike.map(itemOf) : [itemOfAlike(alike)],
					),
				},
	];
}

/**
The causes in their order. Warnings of one rule from which nothing followed stand together, in the place of the first.
*/
const alikeCauses = (causes: readonly Cause[]): ReadonlyArray<readonly [Cause, ...Cause[]]> =>
	[
		...Map.groupBy(causes, ({episode: {id, severity, finding}, preceded, followed, isPlanned}) =>
			severity === 'warning' && followed.length + preceded.length === 0 && !isPlanned ? finding.rule : String(id),
		).values(),
	].flatMap(([first, ...more]) => (first === undefined ? [] : [[first, ...more] as const]));

function actionBlocks({actions, text, source}: Incident): Block[] {
	if (actions.length === 0) {
		return [
			paragraph(
				source.isRecording
					? 'No action through redis-top is in what was recorded.'
					: 'Not known: the audit log of this user is printed by redis-top audit.',
			),
		];
	}

	return [
		{
			kind: 'table',
			heads: ['Time', 'Who', 'Node', 'Command', 'Result', 'Reply and proof'],
			rows: actions.map(({atMs, who, target, what, state, details, revert}) => ({
				cells: [
					...[text.time(atMs), who, target, what, state],
					[...details, ...(revert === undefined ? [] : [`undo: ${revert}`])].join('; '),
				],
			})),
		},
	];
}

function timelineBlocks({timeline: {rows, leftOut}, text}: Incident): Block[] {
	if (rows.length === 0) {
		return [paragraph('Nothing happened.')];
	}

	return [
		{
			kind: 'table',
			heads: ['Time', 'What', 'Severity', 'Where', 'Text'],
			rows: rows.map(({atMs, what, severity, where, text: told}) => ({
				severity,
				cells: [text.time(atMs), what, severity, where, told],
			})),
		},
		...(leftOut === 0 ? [] : [paragraph(`${leftOut} rows of less importance are left out.`)]),
	];
}

function figureBlocks({figures, fromMs, toMs, shades, text}: Incident): Block[] {
	return figures.length === 0
		? [paragraph('Too few samples for charts.')]
		: figures.map(figure => ({kind: 'figure', figure, fromMs, toMs, shades, time: (atMs: number) => text.time(atMs)}));
}

function earlierBlocks({earlier}: Incident): Block[] {
	const {notes, leftOut, gaps} = earlier;
	return notes.length === 0
		? [paragraph('Nothing is known of the time before.'), ...gapBlocks(gaps)]
		: [
				{
					kind: 'table',
					heads: ['Time (UTC)', 'Node', 'What'],
					rows: notes.map(({atMs, node, severity, text}) => ({
						severity,
						cells: [utcDateTime(atMs), node ?? 'the deployment', text],
					})),
				},
				...(leftOut === 0 ? [] : [paragraph(`${leftOut} older or further ones are left out.`)]),
				...gapBlocks(gaps),
			];
}

const gapBlocks = (gaps: readonly string[]): Block[] =>
	gaps.length === 0 ? [] : [{kind: 'list', items: gaps.map(text => ({text}))}];

const afterBlocks = ({after}: Incident): Block[] =>
	after.length === 0
		? [paragraph('Nothing is open.')]
		: [{kind: 'list', items: after.map(({title, steps}) => ({text: title, items: steps}))}];

const nodeBlocks = ({nodes}: Incident): Block[] => [
	{
		kind: 'table',
		heads: ['Node', 'Role', 'State', 'Version'],
		rows: nodes.map(({address, role, reach, product}) => ({cells: [address, role, reach, product]})),
	},
];
