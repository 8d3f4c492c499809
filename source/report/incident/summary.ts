import type {MonitorEvent} from '../../domain/event.js';
import {effectRank, severityRank} from '../../domain/finding.js';
import {consequence, happened, isSameAs, withoutRepetition} from './consequences.js';
import {type DoneFacts, doneSentences} from './done-sentences.js';
import {beginningOf, type EndingFacts, endingOf, endingText} from './endings.js';
import {type Episode, nodesIn} from './episodes.js';
import type {Family} from './families.js';
import {heldTimes, sumMs} from './held-times.js';
import {enumerated, lasted, nodeWithRole, type ReportText, takeoverText} from './report-text.js';
import {isForReadersOnly} from './successor.js';

/** Largest number of causes that the summary describes. Further causes are only counted. */
const toldCauses = 4;
/** Largest number of consequences that the summary names for each cause. */
const toldConsequences = 4;
/** Causes of one rule, effect and severity that began within this time are described together, in milliseconds. */
const togetherMs = 30_000;

/**
One incident in the summary. It joins the causes of one rule that began together, and their consequences. A `Family` is
a cause with its consequences.
*/
type Told = {
	readonly families: readonly [Family, ...Family[]];
	readonly beganMs: number;
	readonly endedMs: number | undefined;
};

export type SummaryFacts = EndingFacts &
	DoneFacts & {
		/** The families that no restart through redis-top brought about, the worst first. */
		readonly families: readonly Family[];
		readonly fromMs: number;
		readonly target: string;
	};

/**
The summary of a report, as paragraphs of sentences for readers who were not there. It names the effect, the node, the
culprit, beginning, duration, end, consequences and actions. The gravest incidents are told, in the order in which they
began, one paragraph each.
*/
export function summaryOf(facts: SummaryFacts, text: ReportText): string[][] {
	const told = toldTogether(facts.families);
	const done = doneSentences(facts, text);
	if (told.length === 0) {
		return [[calm(facts, text), ...eventSentences(facts, text)], done].filter(isFilled);
	}

	const grave = told.filter(isGrave);
	const shown = (grave.length > 0 ? grave : told).slice(0, toldCauses);
	const left = told.filter(one => !shown.includes(one));
	const inTime = shown.toSorted((one, other) => one.beganMs - other.beganMs);
	return [
		shown.length < 2 ? [] : [leadSentence(shown, facts, text)],
		...inTime.map(one => sentencesOf(one, facts, text)),
		[...(left.length === 0 ? [] : [leftSentence(left, text)]), ...lostAtEnd(facts, text), ...done],
	].filter(isFilled);
}

const isFilled = ({length}: readonly string[]): boolean => length > 0;

/** The number of incidents that are told, and the worst of them, for readers who read one sentence. */
function leadSentence([worst, ...others]: readonly Told[], facts: SummaryFacts, text: ReportText): string {
	const felt = worst?.families.map(family => family.felt) ?? [];
	const [first] = felt;
	const names = [...new Set(felt.map(nodeWithRole))];
	const effect = facts.isRecording && first !== undefined ? happened(first, names.length) : undefined;
	const what = effect === undefined ? `${first && text.finding(first.finding)},` : effect;
	const when = feltPeriod(felt, facts, text);
	return `${others.length + 1} incidents, in the order in which they began. The worst: ${enumerated(names)} ${what} ${when}.`;
}

/**
Whether an incident is grave: critical, or an outage of a primary. If any incident is grave, the summary describes only
grave incidents and counts the others. An outage of a primary is a mere warning once a replica has taken over.
*/
const isGrave = ({families}: Told): boolean =>
	families.some(({severity, felt}) => severity === 'critical' || felt.urgency === 0);

const calm = ({fromMs, toMs, target, isRecording, restarts}: SummaryFacts, text: ReportText): string =>
	isRecording
		? `Between ${text.time(fromMs)} and ${text.time(toMs)} UTC no rule found a warning or worse on ${target}${restarts.size === 0 ? '' : ', but for what a planned restart brought about'}.`
		: `No rule finds a warning or worse on ${target} at ${text.time(toMs)} UTC.`;

/** Sentences about events too short for a finding, such as a node that did not answer for a few seconds. */
function eventSentences({events}: SummaryFacts, text: ReportText): string[] {
	const worse = events.filter(({severity}) => severity !== 'info');
	const parts = worse.map(
		({atMs, node, text: told}) => `${node ?? 'redis-top'} ${text.message(told)} (${text.time(atMs)})`,
	);
	return parts.length === 0 ? [] : [`Too short for a finding, or none by itself: ${enumerated(parts)}.`];
}

/** A sentence for each node that went away so shortly before the end that no finding tells it. */
function lostAtEnd({events, families}: SummaryFacts, text: ReportText): string[] {
	const last = new Map<string, MonitorEvent>();
	for (const event of events.toSorted((one, other) => one.atMs - other.atMs)) {
		if (event.node !== undefined && (event.kind === 'node-lost' || event.kind === 'node-back')) {
			last.set(event.node, event);
		}
	}

	return [...last.values()]
		.filter(({kind, node}) => {
			const isTold = families.some(({felt, cause}) =>
				[felt, cause].some(one => one.endedMs === undefined && one.finding.node === node),
			);
			return kind === 'node-lost' && !isTold;
		})
		.map(
			({node, atMs, text: told}) =>
				`Shortly before the end, at ${text.time(atMs)} UTC, ${node} was lost: ${text.message(told)}.`,
		);
}

function toldTogether(families: readonly Family[]): Told[] {
	const groups: Array<[Family, ...Family[]]> = [];
	for (const family of families) {
		const same = groups.find(
			([first]) =>
				first.cause.finding.rule === family.cause.finding.rule &&
				first.felt.effect === family.felt.effect &&
				first.severity === family.severity &&
				Math.abs(first.beganMs - family.beganMs) <= togetherMs,
		);
		if (same === undefined) {
			groups.push([family]);
		} else {
			same.push(family);
		}
	}

	return groups.map(group => {
		const ends = group.map(({endedMs}) => endedMs);
		return {
			families: group,
			beganMs: Math.min(...group.map(({beganMs}) => beganMs)),
			endedMs: ends.every(end => end !== undefined) ? Math.max(...ends) : undefined,
		};
	});
}

/**
The time in which users felt episodes that are told together, as text: `from 03:12:04 to 03:31:10 UTC, for 19m06s`, or
`from 11:34:03 to 11:34:36 UTC, 2 times, for 9s in all`.
*/
function feltPeriod(episodes: readonly Episode[], facts: SummaryFacts, text: ReportText): string {
	const ends = episodes.map(({endedMs}) => endedMs);
	return period(
		{
			beganMs: Math.min(...episodes.map(({beganMs}) => beganMs)),
			endedMs: ends.every(end => end !== undefined) ? Math.max(...ends) : undefined,
		},
		episodes,
		facts,
		text,
	);
}

function period(
	{beganMs, endedMs}: {readonly beganMs: number; readonly endedMs: number | undefined},
	episodes: readonly Episode[],
	{toMs, fromMs, isRecording}: SummaryFacts,
	text: ReportText,
): string {
	if (!isRecording) {
		return `found at ${text.time(toMs)} UTC, since when is not known`;
	}

	if (episodes.every(({finding}) => finding.tells === 'moment')) {
		return `at ${text.time(beganMs)} UTC`;
	}

	const since = `${beganMs < fromMs ? 'already before the beginning, since' : 'since'} ${text.time(beganMs)}`;
	const held = heldTimes(episodes, toMs);
	const long =
		held.length < 2
			? `for ${lasted((endedMs ?? toMs) - beganMs)}`
			: `${held.length} times, for ${lasted(sumMs(held))} in all`;
	if (endedMs === undefined) {
		const after = held.length < 2 ? `after ${lasted(toMs - beganMs)}` : long;
		return `${since} UTC, and at the end of the report (${text.time(toMs)}) still, ${after}`;
	}

	return beganMs < fromMs
		? `${since} and until ${text.time(endedMs)} UTC, ${long}`
		: `from ${text.time(beganMs)} to ${text.time(endedMs)} UTC, ${long}`;
}

/** Capitalises `the deployment` at the beginning of a sentence. A name at the beginning stays unchanged. */
const capital = (words: string): string => words.replace(/^the deployment/, 'The deployment');

function sentencesOf(told: Told, facts: SummaryFacts, text: ReportText): string[] {
	const [family] = told.families;
	const {cause, felt} = family;
	const feltTogether = told.families.map(one => one.felt);
	const nodes = [...new Set(feltTogether.map(nodeWithRole))];
	const names = enumerated(nodes);
	// Two samples do not show when an effect began, so the text is not in the past tense.
	const what = facts.isRecording ? happened(felt, nodes.length) : undefined;
	const found = text.finding(felt.finding);
	const when = feltPeriod(feltTogether, facts, text);
	const sentences = [
		what === undefined ? `${capital(names)}, ${when}: ${found}.` : `${capital(names)} ${what} ${when} (${found}).`,
	];
	sentences.push(...feltSentences(feltTogether, text));
	const beginning = beginningOf(cause, facts, text);
	if (beginning !== undefined) {
		sentences.push(`It began after an action through redis-top: ${beginning}.`);
	}

	if (cause !== felt) {
		sentences.push(
			`The cause: ${nodeWithRole(cause)} ${text.finding(cause.finding)}, ${feltPeriod([cause], facts, text)}.`,
		);
	}

	const culprit =
		text.culprit(cause.finding) ??
		text.culprit(felt.finding) ??
		momentsOf(family).map(one => text.culprit(one.finding))[0];
	if (culprit !== undefined && !text.namesCulprit(felt.finding)) {
		sentences.push(`As far as the evidence names it, this came from ${culprit}.`);
	}

	for (const [when, episodes] of [
		['Before it', family.preceded],
		['With it came', family.followed],
	] as const) {
		const told = episodes
			.filter(one => one !== felt && isTold(one, cause) && !isSameAs(one, felt))
			.toSorted(
				(one, other) =>
					severityRank[other.severity] - severityRank[one.severity] || one.urgency - other.urgency || one.id - other.id,
			);
		if (told.length > 0) {
			const parts = withoutRepetition(told).map(one => consequence(one, facts, text));
			sentences.push(`${when}: ${enumerated(parts, toldConsequences)}.`);
		}
	}

	sentences.push(...roleSentences(told, facts, text), ...endSentences(told, facts, text));
	return sentences;
}

/**
The consequences that tell of a moment on the node of their cause, with a culprit. A command that kept its server from
replying is found in the slow log afterwards, so it is a consequence by its time and the cause by its content.
*/
const momentsOf = ({cause, followed}: Family): readonly Episode[] =>
	followed.filter(
		({node, finding}) => node === cause.node && finding.tells === 'moment' && finding.culprit !== undefined,
	);

/** Sentences about outages that users felt for a shorter time than they lasted, or that only some of them felt. */
function feltSentences(felt: readonly Episode[], text: ReportText): string[] {
	if (felt.some(({successor}) => successor !== undefined)) {
		const parts = felt.map(({successor, beganMs, node}) => {
			const name = felt.length === 1 ? '' : `${node ?? 'the deployment'} `;
			return `${name}${successor === undefined ? 'for the whole time' : takeoverText(successor, beganMs, text)}`;
		});
		return [`Felt by users: ${enumerated(parts)}.`];
	}

	return felt.every(isForReadersOnly) ? ['Only clients that read from a replica felt it.'] : [];
}

/**
Whether the summary names a consequence, because users felt it or it was critical. Findings about old data
(`conn.stale`) are left out, because the cause says the same.
*/
const isTold = ({node, effect, severity, finding}: Episode, cause: Episode): boolean =>
	finding.rule !== 'conn.stale' &&
	(effect !== undefined || severity === 'critical') &&
	// Slowness is left out if the cause had a worse effect on the same node.
	!(effect === 'slow' && node === cause.node && effectRank(cause.effect) < effectRank('slow'));

const roleKinds: ReadonlySet<string> = new Set(['role-changed', 'promoted', 'demoted']);

/** Sentences about nodes that became a primary or a replica during the incident. */
function roleSentences({beganMs, endedMs}: Told, {events, toMs}: SummaryFacts, text: ReportText): string[] {
	const changed = events.filter(({kind, atMs}) => roleKinds.has(kind) && atMs >= beganMs && atMs <= (endedMs ?? toMs));
	// For a node with a promotion, its other events about roles are left out, because they say less.
	const told = changed.filter(
		({kind, node}) => kind === 'promoted' || !changed.some(other => other.kind === 'promoted' && other.node === node),
	);
	const parts = told.map(({node, text: words, atMs}) => `${node ?? ''} ${text.message(words)} (${text.time(atMs)})`);
	return parts.length === 0 ? [] : [`Roles changed: ${enumerated(parts)}.`];
}

function endSentences({families, endedMs}: Told, facts: SummaryFacts, text: ReportText): string[] {
	const [{felt, cause, preceded, followed}] = families;
	if (felt.endedMs === undefined) {
		return [];
	}

	const own = endingOf(felt, facts, text);
	const ending = own ?? endingOf(cause, facts, text);
	const atMs = own === undefined ? (cause.endedMs ?? felt.endedMs) : felt.endedMs;
	const open = [cause, ...preceded, ...followed].filter(one => one.endedMs === undefined && isTold(one, cause));
	return [
		ending === undefined
			? 'Nothing that was recorded says what ended it.'
			: `It ended ${endingText(atMs, ending, text)}.`,
		...(endedMs !== undefined || open.length === 0
			? []
			: [
					`Still open at the end: ${enumerated(open.map(one => `${nodeWithRole(one)} ${text.finding(one.finding)}`))}.`,
				]),
	];
}

function leftSentence(left: readonly Told[], text: ReportText): string {
	const worst = left.toSorted(
		(one, other) => severityRank[other.families[0].severity] - severityRank[one.families[0].severity],
	);
	const names = worst.map(({families}) => {
		const [{cause}] = families;
		const nodes = nodesIn(families.map(one => one.cause));
		const where = nodes.length === 0 ? 'the deployment' : enumerated(nodes, 2);
		return `${where}: ${text.message(cause.finding.problem)}`;
	});
	const count = `${left.length} other ${left.length === 1 ? 'problem was' : 'problems were'} found`;
	return `Besides, ${count}: ${enumerated(names, 3)}.`;
}
