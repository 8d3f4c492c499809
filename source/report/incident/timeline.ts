import type {MonitorEvent} from '../../domain/event.js';
import type {Severity} from '../../domain/finding.js';
import type {DoneAction} from './done-actions.js';
import type {Episode, EpisodeStep} from './episodes.js';
import {enumerated, type ReportText} from './report-text.js';

/** Findings of one rule that change alike within this time share a row of the timeline, in milliseconds. */
const togetherMs = 2000;
/**
Largest number of times that a finding may come and go and still have all its rows. A finding that came more often is
shortened (`toldSteps`).
*/
const mostTimes = 3;
/** The kinds of routine events, which come every few minutes and need no attention. */
const routineKinds: ReadonlySet<string> = new Set(['save-done', 'rewrite-done']);
/** Largest number of rows in the timeline. */
const mostRows = 200;

export type TimelineRow = {
	/** The time of the row, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly what: string;
	readonly severity: Severity;
	/** The nodes of the row as text, or `the deployment`. */
	readonly where: string;
	readonly text: string;
};

export type Timeline = {
	readonly rows: readonly TimelineRow[];
	/** Number of rows that were left out because the timeline was too long. Routine events are left out first. */
	readonly leftOut: number;
};

const stepWords: Readonly<Record<EpisodeStep['what'], string>> = {
	opened: 'finding opened',
	again: 'finding opened again',
	worse: 'finding worse',
	milder: 'finding milder',
	over: 'finding over',
};

/**
Findings, events and actions by time. Findings of one rule on several nodes at the same time are one row.

@param planned The ids of the episodes that a restart through redis-top brought about. They are of severity info.
*/
export function timelineOf(
	episodes: readonly Episode[],
	events: readonly MonitorEvent[],
	actions: readonly DoneAction[],
	text: ReportText,
	planned: ReadonlySet<number> = new Set(),
): Timeline {
	const rows = [
		...findingRows(episodes, text, planned),
		...toldEvents(
			// Events about findings and actions are left out, because findings and the audit log describe them in more
			// detail.
			events.filter(({kind}) => !kind.startsWith('finding-') && (kind !== 'action' || actions.length === 0)),
			text,
		),
		...actions.map(({atMs, who, what, target, state, details}) => ({
			...{atMs, severity: 'info' as const, what: `action, ${state}`, where: target},
			text: `${who}: ${[what, ...details].join('; ')}`,
		})),
	].sort((one, other) => one.atMs - other.atMs);
	return shortened(rows);
}

/** The events as rows. If a node saved many times, only its first save is a row, which has the number of saves. */
function toldEvents(events: readonly MonitorEvent[], text: ReportText): TimelineRow[] {
	const routine = Map.groupBy(
		events.filter(({kind}) => routineKinds.has(kind)),
		({kind, node}) => `${kind} ${node}`,
	);
	return events.flatMap((event): TimelineRow[] => {
		const {atMs, severity, node, kind, text: told} = event;
		const alike = (routine.get(`${kind} ${node}`) ?? []).toSorted((one, other) => one.atMs - other.atMs);
		const isMany = alike.length > mostTimes;
		const note = isMany ? `; ${alike.length} times until ${text.time(alike.at(-1)?.atMs ?? atMs)}` : '';
		return isMany && event !== alike[0]
			? []
			: [
					{
						...{atMs, severity, what: kind.replaceAll('-', ' '), where: node ?? 'redis-top'},
						text: `${text.message(told)}${note}`,
					},
				];
	});
}

function shortened(rows: readonly TimelineRow[]): Timeline {
	const isKept = ({severity, what}: TimelineRow) => severity !== 'info' || what.startsWith('action');
	const kept = rows.length <= mostRows ? rows : rows.filter(isKept);
	const shown = kept.length <= mostRows ? kept : [...kept.slice(0, mostRows / 2), ...kept.slice(-mostRows / 2)];
	return {rows: shown, leftOut: rows.length - shown.length};
}

type ToldStep = EpisodeStep & {readonly note?: string};

/**
Shortens a finding that came and went many times. The first step (with the number of times), each step to a higher
severity, and the last step remain.
*/
function toldSteps(steps: readonly EpisodeStep[], text: ReportText): readonly ToldStep[] {
	const times = steps.filter(({what}) => what === 'opened' || what === 'again').length;
	const last = steps.at(-1);
	if (times <= mostTimes || last === undefined) {
		return steps;
	}

	const note = `; it came and went ${times} times until ${text.time(last.atMs)}`;
	return steps.flatMap((step, index): ToldStep[] =>
		index === 0 ? [{...step, note}] : step === last || step.what === 'worse' ? [step] : [],
	);
}

function findingRows(episodes: readonly Episode[], text: ReportText, planned: ReadonlySet<number>): TimelineRow[] {
	const steps = episodes
		.flatMap(({id, node, steps: own}) =>
			toldSteps(own, text).map(step => ({...step, node, ...(planned.has(id) && {severity: 'info' as const})})),
		)
		.sort((one, other) => one.atMs - other.atMs);
	const groups: Array<Array<(typeof steps)[number]>> = [];
	for (const step of steps) {
		const same = groups.findLast(([first]) => {
			return (
				first !== undefined &&
				first.finding.rule === step.finding.rule &&
				first.what === step.what &&
				first.severity === step.severity &&
				step.atMs - first.atMs <= togetherMs
			);
		});
		if (same === undefined) {
			groups.push([step]);
		} else {
			same.push(step);
		}
	}

	return groups.flatMap(group => {
		const [first] = group;
		return first === undefined
			? []
			: [
					{
						atMs: first.atMs,
						what: stepWords[first.what],
						severity: first.severity,
						where: enumerated([...new Set(group.map(({node}) => node ?? 'the deployment'))], 3),
						text: `${text.finding(first.finding)} (${first.finding.rule})${first.note ?? ''}`,
					},
				];
	});
}
