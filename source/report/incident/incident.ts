import {deploymentKind} from '../../derive/deployment.js';
import {serverProduct} from '../../derive/server-product.js';
import {costOf, temporaryFixes} from '../../derive/temporary-fixes.js';
import type {NextStep} from '../../domain/finding.js';
import type {ShowName} from '../../domain/message.js';
import type {NodeAddress} from '../../domain/node.js';
import {stepsAfterFinding} from '../../rules/after-steps.js';
import type {Finding} from '../../rules/finding.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {type DoneAction, doneActions} from './done-actions.js';
import {type EarlierNotes, earlierNotes} from './earlier-notes.js';
import {beginningOf, type EndingFacts, endingOf, endingText} from './endings.js';
import {type Episode, nodesIn} from './episodes.js';
import {type Family, familiesOf} from './families.js';
import type {Figure, FigureLine} from './figure-log.js';
import {joinedTimes} from './held-times.js';
import {type Impact, impactOf} from './impact.js';
import type {IncidentLog} from './incident-log.js';
import {plannedRestarts} from './planned-restarts.js';
import {enumerated, ReportText} from './report-text.js';
import {summaryOf} from './summary.js';
import {type Timeline, timelineOf} from './timeline.js';
import {type UnseenSource, unseenIn} from './unseen.js';

/** Largest number of nodes in one chart. Nodes of the incident come first. */
const mostNodesInFigures = 6;
/** Largest number of findings of severity info that are listed at the end. */
const mostNotes = 12;

/**
The recording or the servers that a report is about, the time when the report is made, and the version of redis-top.
*/
export type ReportSource = UnseenSource & {
	readonly target: string;
	/** The version of redis-top that makes the report. */
	readonly version: string;
	/** When the report is made, milliseconds since the epoch. */
	readonly madeAtMs: number;
	/** The kinds of names that pseudonyms replace, as text: `client names, keys and arguments`. */
	readonly masked: string;
	/** Other incidents in the recording, which the report is not about. */
	readonly others: ReadonlyArray<{readonly fromMs: number; readonly toMs: number}>;
};

/** A period that charts highlight by shading, because a critical or warning condition held in it. */
export type Shade = {readonly fromMs: number; readonly toMs: number};

/** An episode as the report prints it, in the tree of causes and their consequences. */
export type CauseRow = {
	readonly episode: Episode;
	readonly text: string;
	readonly meaning: string;
	/** The action through redis-top, just before the cause, that may have led to the cause. */
	readonly beginning: string | undefined;
	readonly ending: string | undefined;
	readonly evidence: Finding['evidence'];
};

export type Cause = CauseRow & {
	/** What the cause explains and what had begun before it. */
	readonly preceded: readonly CauseRow[];
	readonly followed: readonly CauseRow[];
	/** Whether a restart through redis-top brought the cause about. */
	readonly isPlanned: boolean;
};

/** Something to check or do after the incident, with its steps. */
export type FollowUp = {readonly title: string; readonly steps: readonly FollowUpStep[]};

/** A step of a follow-up. `isCommand`: the text is a command as it is typed; otherwise the text is a sentence. */
export type FollowUpStep = {readonly text: string; readonly isCommand: boolean};

export type ReportNode = {
	readonly address: NodeAddress;
	readonly role: string;
	readonly product: string;
	readonly reach: string;
};

/** A whole report as data. The output formats only lay it out. */
export type Incident = {
	readonly source: ReportSource;
	readonly fromMs: number;
	readonly toMs: number;
	readonly kind: string;
	readonly nodes: readonly ReportNode[];
	readonly severity: 'critical' | 'warning' | 'calm';
	/** The summary: paragraphs of sentences, one paragraph for each incident. */
	readonly summary: ReadonlyArray<readonly string[]>;
	/** The ids of the episodes that a restart through redis-top brought about. */
	readonly planned: ReadonlySet<number>;
	readonly impact: readonly Impact[];
	readonly timeline: Timeline;
	readonly causes: readonly Cause[];
	readonly actions: readonly DoneAction[];
	readonly figures: readonly Figure[];
	readonly shades: readonly Shade[];
	readonly earlier: EarlierNotes;
	readonly unseen: readonly string[];
	readonly after: readonly FollowUp[];
	readonly text: ReportText;
};

/**
Makes a report from the collected log.

@param show Returns the text to print for a client's or key's name: the name itself, or its pseudonym.
*/
export function incidentOf(log: IncidentLog, source: ReportSource, show: ShowName): Incident {
	const {fromMs, toMs, episodes, events, last} = log;
	const text = new ReportText(fromMs, toMs, show);
	const all = familiesOf(episodes, toMs);
	const actions = doneActions(log.actions);
	const restarts = plannedRestarts(all, actions);
	const families = all.filter(family => !restarts.has(family));
	const planned = new Set(
		[...restarts.keys()].flatMap(({cause, preceded, followed}) => [cause, ...preceded, ...followed]).map(({id}) => id),
	);
	const {target, isRecording} = source;
	const inPeriod = events.filter(({kind}) => kind !== 'node-found');
	const summary = summaryOf({families, restarts, fromMs, toMs, target, isRecording, events, actions}, text);
	return {
		source,
		fromMs,
		toMs,
		kind: last === undefined ? 'unknown' : deploymentKind([...last.nodes.values()]),
		nodes: last === undefined ? [] : nodesOf(last),
		severity: families[0]?.severity === 'critical' ? 'critical' : families.length === 0 ? 'calm' : 'warning',
		summary,
		planned,
		impact: impactOf(episodes, toMs),
		timeline: timelineOf(episodes, inPeriod, actions, text, planned),
		causes: [...families, ...restarts.keys()].map(family => {
			const rowOf = (episode: Episode) => causeRow(episode, {events, actions}, text);
			const {cause, preceded, followed} = family;
			return {
				...rowOf(cause),
				preceded: preceded.map(rowOf),
				followed: followed.map(rowOf),
				isPlanned: restarts.has(family),
			};
		}),
		actions,
		figures: chosenFigures(log.figures(), all),
		shades: shadesOf(families, {fromMs, toMs}),
		earlier: last === undefined ? {notes: [], leftOut: 0, gaps: []} : earlierNotes(last, text),
		unseen: unseenIn(log, source, text),
		after: last === undefined ? [] : followUps(families, last, text, toMs),
		text,
	};
}

function causeRow(episode: Episode, facts: EndingFacts, text: ReportText): CauseRow {
	const {finding, endedMs} = episode;
	const ending = endingOf(episode, facts, text);
	return {
		episode,
		text: text.finding(finding),
		meaning: text.message(finding.meaning),
		beginning: beginningOf(episode, facts, text),
		ending: ending === undefined || endedMs === undefined ? undefined : endingText(endedMs, ending, text),
		evidence: finding.evidence,
	};
}

const nodesOf = ({nodes}: MonitorState): ReportNode[] =>
	[...nodes.values()].map(({address, role, reach, sample}) => {
		const product = sample && serverProduct(sample.info);
		return {address, role, reach, product: product === undefined ? '' : `${product.product} ${product.version}`};
	});

/**
The figures, each with at most `mostNodesInFigures` nodes. Nodes that passed the threshold come first, then the nodes of
the incident.
*/
function chosenFigures(figures: readonly Figure[], families: readonly Family[]): Figure[] {
	const inOrder = new Map(
		nodesIn(families.flatMap(({cause, felt, preceded, followed}) => [felt, cause, ...preceded, ...followed])).map(
			(node, index) => [node, index],
		),
	);
	const orderOf = (node: NodeAddress) => inOrder.get(node) ?? inOrder.size;
	return figures.map(figure => {
		const {limit, lines} = figure;
		const isAbove = ({values}: FigureLine) => limit !== undefined && values.some(value => (value ?? 0) >= limit.value);
		const sorted = lines.toSorted(
			(one, other) => Number(isAbove(other)) - Number(isAbove(one)) || orderOf(one.node) - orderOf(other.node),
		);
		return {...figure, lines: sorted.slice(0, mostNodesInFigures)};
	});
}

/** The periods of all causes of the worst severity, each with its consequences. Overlapping periods are joined. */
function shadesOf(families: readonly Family[], {fromMs, toMs}: Shade): Shade[] {
	const worst = families.filter(({severity}) => severity === families[0]?.severity);
	const times = worst
		.map(({beganMs, endedMs}) => ({fromMs: Math.max(fromMs, beganMs), toMs: Math.min(toMs, endedMs ?? toMs)}))
		.filter(time => time.toMs > time.fromMs);
	return joinedTimes(times);
}

/**
The follow-ups of a report. They are about open findings, ended findings, temporary changes to servers that were not
reverted, and open findings of severity info.
*/
function followUps(families: readonly Family[], last: MonitorState, text: ReportText, toMs: number): FollowUp[] {
	const stepsIn = (steps: readonly NextStep[]) =>
		steps.map(step => ({text: text.message(step.text), isCommand: step.kind !== 'words'}));
	const named = ({node, finding}: Episode) => `${node ?? 'The deployment'} ${text.finding(finding)}`;
	const causes = families.map(({cause}) => cause);
	const open = causes.filter(({endedMs}) => endedMs === undefined);
	const ended = causes.filter(({endedMs}) => endedMs !== undefined);
	const fixes = temporaryFixes(last.audit?.entries ?? []).filter(
		({sinceMs, untilMs}) => sinceMs <= toMs && (untilMs === undefined || untilMs > toMs),
	);
	const notes = notesIn(last.findings);
	return distinct([
		...open.map(episode => ({title: `Still open: ${named(episode)}`, steps: stepsIn(episode.finding.next)})),
		...fixes.map(fix => ({
			title: `Temporary and not reverted: ${fix.command} on ${fix.target}, by ${fix.osUser}: ${costOf(fix)}`,
			steps: fix.revert === undefined ? [] : [{text: fix.revert, isCommand: true}],
		})),
		...alikeEpisodes(ended).map(([first, ...more]) => ({
			title: `Has ended: ${more.length === 0 ? named(first) : `${enumerated(nodesIn([first, ...more])) || 'the deployment'}: ${text.finding(first.finding)}`}`,
			steps: stepsIn(stepsAfterFinding(first.finding)),
		})),
		...notes.slice(0, mostNotes).map(([first, ...more]) => ({
			title: `Note: ${enumerated([first, ...more].map(({node}) => node ?? 'the deployment'))}: ${text.finding(first)}`,
			steps: stepsIn(first.next).slice(0, 1),
		})),
		...(notes.length > mostNotes
			? [{title: `${notes.length - mostNotes} further notes: redis-top check lists them`, steps: []}]
			: []),
	]);
}

/** The episodes in their order. Warnings of one rule stand together, in the place of the first. */
const alikeEpisodes = (episodes: readonly Episode[]): Array<readonly [Episode, ...Episode[]]> =>
	[
		...Map.groupBy(episodes, ({id, severity, finding}) =>
			severity === 'warning' ? finding.rule : String(id),
		).values(),
	].flatMap(([first, ...more]) => (first === undefined ? [] : [[first, ...more] as const]));

/** The open findings of severity info, grouped by rule. */
function notesIn(findings: readonly Finding[]): Array<readonly [Finding, ...Finding[]]> {
	const open = findings.filter(({severity, clearedAtMs}) => severity === 'info' && clearedAtMs === undefined);
	return [...Map.groupBy(open, ({rule}) => rule).values()].flatMap(([first, ...more]) =>
		first === undefined ? [] : [[first, ...more] as const],
	);
}

/** Removes the steps of a follow-up if an earlier follow-up has the same steps. Its title stays. */
function distinct(rows: readonly FollowUp[]): FollowUp[] {
	const seen = new Set<string>();
	return rows.map(({title, steps}) => {
		const key = JSON.stringify(steps);
		const isKnown = seen.has(key);
		seen.add(key);
		return {title, steps: isKnown ? [] : steps};
	});
}
