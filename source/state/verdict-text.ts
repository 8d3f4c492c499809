import {effectRank} from '../domain/finding.js';
import {
	joinMessages,
	type Message,
	message,
	messageText,
	type Name,
	nodeName,
	type ShowName,
} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {statementMessage, type TextLength} from '../domain/statement.js';
import type {RuleId} from '../rules/all-rules.js';
import type {Finding} from '../rules/finding.js';
import {seconds, shortAge, utcClock} from '../text/units.js';
import type {NodeProblem} from './node-problem.js';
import type {SharedProblem, Verdict} from './verdict.js';

/** Puts the name of the node before the text: `10.0.1.11:6379 refuses writes (OOM)`. */
const withSubject = (node: NodeAddress | undefined, text: Message): Message =>
	node === undefined ? text : message`${nodeName(node)} ${text}`;

/** A finding as one line: `10.0.1.11:6379 memory at 91% of maxmemory`. */
export const findingLine = (finding: Finding, length: TextLength = 'long', show?: ShowName): string =>
	messageText(withSubject(finding.node, statementMessage(finding, length)), show);

/**
Rules about a disk or a folder. Their text does not say which file cannot be written. The reason of the consequence,
such as a failed save, says it and is added.
*/
const placeRules: ReadonlySet<RuleId | undefined> = new Set<RuleId | undefined>(['per.disk', 'per.dir']);

/**
The message of a problem without durations. It names the effect on clients, then the cause: `refuses writes (MISCONF):
last background save failed`. With `short` it names the effect alone. An effect on another node comes last.
*/
const problemMessage = (problem: NodeProblem, length: TextLength): Message =>
	withElsewhere(ownMessage(problem, length), problem);

function ownMessage(problem: NodeProblem, length: TextLength): Message {
	const {node, consequence} = problem;
	if (consequence === undefined || consequence.node !== node) {
		return withSubject(node, statementMessage(problem, length));
	}

	const felt = consequence.problem;
	const cause = statementMessage(problem, length);
	if (length === 'long' && consequence.reason !== undefined && placeRules.has(problem.rule)) {
		return withSubject(node, message`${felt}: ${consequence.reason}; ${cause}`);
	}

	return withSubject(node, length === 'short' ? felt : message`${felt}: ${cause}`);
}

function withElsewhere(text: Message, problem: NodeProblem): Message {
	const {node, consequence} = problem;
	if (consequence === undefined || consequence.node === node) {
		return text;
	}

	const felt = withSubject(consequence.node, consequence.problem);
	return isWorseElsewhere(problem) ? message`${felt}: ${withIt(text, consequence.node)}` : message`${text}; ${felt}`;
}

/**
Whether clients feel a consequence on another node more than the problem itself: writes that a primary refuses because a
replica cannot log in. The consequence is then told first.
*/
const isWorseElsewhere = ({node, effect, consequence, urgency}: NodeProblem & {readonly urgency?: number}): boolean =>
	consequence !== undefined &&
	consequence.node !== node &&
	consequence.effect !== undefined &&
	consequence.effect !== effect &&
	urgency === effectRank(consequence.effect);

/**
The texts of a consequence on a narrow screen. Its own reason tells the cause in fewer words than the cause itself. The
other server is more useful to know than the code of the refusal.
*/
const feltTexts = (
	{node, problem, reason}: NonNullable<NodeProblem['consequence']>,
	{briefProblems: [brief] = [], node: other}: NodeProblem,
): readonly Message[] => [
	...(reason === undefined ? [] : [withSubject(node, message`${problem}: ${reason}`)]),
	...(brief === undefined
		? []
		: [problem, ...(typeof problem === 'string' ? [problem.replace(refusalCode, '')] : [])].map(felt =>
				withSubject(node, message`${felt}: ${withSubject(other, brief)}`),
			)),
	withSubject(node, problem),
];

/** The code of an error behind the text of a refusal: ` (NOREPLICAS)`. */
const refusalCode = / \([A-Z]+\)$/;

/** The text with `it` in place of its primary, where the primary was named just before. */
const withIt = (text: Message, primary: NodeAddress | undefined): Message =>
	typeof text === 'string'
		? text
		: joinMessages(
				text.parts.map((part, index, {[index + 1]: next, [index - 1]: before}) =>
					typeof part === 'string'
						? isOf(next, primary)
							? part.replace(toPrimary, 'to it')
							: part
						: isOf(part, primary) && typeof before === 'string' && toPrimary.test(before)
							? undefined
							: message`${part}`,
				),
				'',
			);

const toPrimary = /\bto its primary $/;

const isOf = (part: string | Name | undefined, node: NodeAddress | undefined): boolean =>
	typeof part === 'object' && part.kind === 'node' && part.name === node;

/** The text of a problem in few words, without durations that change every second. */
export const shortProblem = (problem: SharedProblem, show?: ShowName): string =>
	messageText(withOthers(problemMessage(problem, 'short'), problem), show);

function withOthers(text: Message, {otherNodes}: SharedProblem): Message {
	const [other, ...more] = otherNodes;
	return other === undefined
		? text
		: message`${text}, ${more.length === 0 ? message`${nodeName(other)}` : `${otherNodes.length} more nodes`} too`;
}

const withNote = (text: Message, {note}: NodeProblem): Message =>
	note === undefined ? text : message`${text}; ${note}`;

const withWholeNote = (text: Message, problem: NodeProblem): Message =>
	withNote(text, {...problem, note: problem.wholeNote ?? problem.note});

function lastDataText({lastData}: NodeProblem): string {
	if (lastData === undefined) {
		return '';
	}

	return lastData === 'never'
		? ' (no data yet)'
		: ` (last data ${utcClock(lastData.atMs)}, ${shortAge(lastData.ageMs)} old)`;
}

/** The texts of a problem, the longest first. Each text leaves out the least important part of the previous text. */
function problemMessages(problem: NodeProblem): readonly Message[] {
	const {lastedMs} = problem;
	const long = ownMessage(problem, 'long');
	// A node that never answered may have been away for days before redis-top came.
	const least = problem.lastData === 'never' ? 'over ' : '';
	const lasting = lastedMs === undefined ? long : message`${long}, for ${least}${shortAge(lastedMs)}`;
	return [
		withWholeNote(withElsewhere(message`${lasting}${lastDataText(problem)}`, problem), problem),
		withWholeNote(withElsewhere(lasting, problem), problem),
		withWholeNote(problemMessage(problem, 'long'), problem),
		...briefReasons(problem),
		// These texts keep the whole note and shorten the error of the connection. Why no failover follows is more
		// useful than the connection error.
		...(problem.wholeNote === undefined
			? []
			: (['middle', 'short'] as const).map(length => withWholeNote(problemMessage(problem, length), problem))),
		// These texts leave out the reason, because the client or program that causes the problem is more useful to know.
		...(problem.namesCulprit === true
			? [problem.detail, ...(problem.briefDetails ?? [])].flatMap(detail =>
					detail === undefined ? [] : [problemMessage({...problem, detail, reason: undefined}, 'long')],
				)
			: []),
		withNote(problemMessage(problem, 'middle'), problem),
		...(problem.bareProblem === undefined
			? []
			: [problemMessage({...problem, problem: problem.bareProblem}, 'middle')]),
		...(problem.consequence?.node === problem.node ? briefCauses(problem) : []),
		...endTexts(problem).map(text => withNote(text, problem)),
		withNote(problemMessage(problem, 'short'), problem),
		...(problem.note === undefined ? [] : [problemMessage(problem, 'middle'), ...endTexts(problem)]),
		problemMessage(problem, 'short'),
		...(problem.consequence === undefined
			? []
			: [...(isWorseElsewhere(problem) ? feltTexts(problem.consequence, problem) : [ownMessage(problem, 'short')])]),
		...(isWorseElsewhere(problem) || problem.consequence?.node === problem.node
			? []
			: (problem.briefProblems ?? [])
		).map(brief => withSubject(problem.node, brief)),
	];
}

/**
The problem with its reason in fewer words. That reason is what has to be corrected, so the note gives way to it.
*/
function briefReasons(problem: NodeProblem): readonly Message[] {
	const {briefReason} = problem;
	if (briefReason === undefined) {
		return [];
	}

	const text = problemMessage({...problem, reason: briefReason}, 'middle');
	return [withWholeNote(text, problem), withNote(text, problem), text];
}

/** The texts about a process that ended, without the error of the connection: `10.0.1.11:6379 is down: it crashed`. */
const endTexts = ({node, hasEnded, reason, briefReason}: NodeProblem): readonly Message[] =>
	hasEnded === true
		? [reason, briefReason].flatMap(each => (each === undefined ? [] : [withSubject(node, message`is down: ${each}`)]))
		: [];

/** The effect on clients and its cause, each in the fewest words. */
const briefCause = ({node, consequence, problem}: NodeProblem): Message =>
	withSubject(node, consequence === undefined ? problem : message`${consequence.problem}: ${problem}`);

/**
Rules whose reason can replace the problem's text: why a save failed is enough to explain refused writes (MISCONF).
*/
const reasonRules: ReadonlySet<RuleId | undefined> = new Set<RuleId | undefined>(['per.rdb_fail']);

/** The texts of a consequence on a narrow screen: with the reason of its cause, then with its cause alone. */
const briefCauses = (problem: NodeProblem): readonly Message[] => [
	...(problem.reason !== undefined && reasonRules.has(problem.rule)
		? [briefCause({...problem, problem: problem.reason})]
		: []),
	briefCause(problem),
	...(problem.briefProblems ?? []).map(brief => briefCause({...problem, problem: brief})),
];

const problemLengths: readonly TextLength[] = ['long', 'middle', 'short'];

type Calm = Exclude<Verdict, {readonly cause: SharedProblem}>;

/** The line of a verdict without a problem, in parts: its text, the age of the data, and the number of notes. */
function calmStatement(
	verdict: Calm,
	length: TextLength = 'long',
): {readonly text: Message; readonly age?: string; readonly note?: string} {
	if (verdict.severity === 'unknown') {
		const {connecting, of, old} = verdict;
		if (old !== undefined) {
			const [slow, ...others] = old.nodes;
			const who =
				others.length === 0 && slow !== undefined
					? message`${nodeName(slow)} answers slowly and is`
					: `${old.nodes.length} nodes answer slowly and are`;
			return {text: message`data ${shortAge(old.ageMs)} old: ${who} asked every ${seconds(old.periodMs / 1000)}`};
		}

		const [first, ...more] = connecting;
		const name = first === undefined ? of.target : message`${nodeName(first)}`;
		const all = message`${name}${more.length === 0 ? '' : ` and ${more.length} more`}`;
		// A replay connects to nothing: it waits for the moment of the first recorded reply.
		return {text: of.isRecorded === true ? message`no reply of ${all} is recorded yet` : message`connecting to ${all}`};
	}

	const {answering, ageMs, notes, far, suspicion} = verdict;
	if (suspicion !== undefined) {
		return {text: message`to be confirmed: ${withSubject(suspicion.node, suspicion.problem)}`};
	}

	const [only] = answering;
	if (verdict.isReadingPeers === true && only !== undefined) {
		return {text: message`${nodeName(only)} answers, the other nodes are being read`};
	}

	const slow = far === undefined ? undefined : withSubject(far.node, statementMessage(far, length));
	return {
		text:
			answering.length === 1 && only !== undefined
				? (slow ?? message`${nodeName(only)} answers`)
				: message`${answering.length} nodes answer${slow === undefined ? '' : message`; ${slow}`}`,
		age: `data ${shortAge(ageMs)} old`,
		...(notes === 0 ? {} : {note: `${notes} ${notes === 1 ? 'note' : 'notes'}: press 9`}),
	};
}

function calmMessages(verdict: Calm): readonly Message[] {
	const {text, age, note} = calmStatement(verdict);
	const brief = calmStatement(verdict, 'short').text;
	const texts = [joinMessages([text, age, note], ', '), joinMessages([text, age], ', ')];
	return brief === text ? texts : [...texts, text, joinMessages([brief, age], ', ')];
}

/** The texts of the verdict in one line, the longest first. The caller takes the first that fits. */
export const verdictMessages = (verdict: Verdict): readonly Message[] =>
	'cause' in verdict ? causeMessages(verdict.cause) : calmMessages(verdict);

/**
The texts of the cause with the number of other nodes. Before a text leaves out who causes the problem, it leaves out the
other nodes.
*/
function causeMessages(cause: SharedProblem): readonly Message[] {
	const {detail, namesCulprit, otherNodes} = cause;
	const texts = problemMessages(cause).map(text => withOthers(text, cause));
	if (namesCulprit !== true || detail === undefined || otherNodes.length === 0 || cause.consequence !== undefined) {
		return texts;
	}

	const whole = withOthers(problemMessage({...cause, reason: undefined}, 'long'), cause);
	const last = texts.findIndex(text => messageText(text) === messageText(whole));
	return texts.toSpliced(last + 1, 0, problemMessage({...cause, reason: undefined}, 'long'));
}

/**
The texts of the verdict for large letters, the longest first. They tell what is wrong without the node, because an
address takes half of a line of large letters. The line below the headline shows the address.
*/
export function headlineMessages(verdict: Verdict): readonly Message[] {
	if (!('cause' in verdict)) {
		return [calmStatement(verdict).text];
	}

	const {consequence, ...cause} = verdict.cause;
	const own = consequence?.node === cause.node ? consequence : undefined;
	const nameless = {...cause, node: undefined, consequence: own && {...own, node: undefined}};
	return problemLengths.map(length => problemMessage(nameless, length));
}

/** Most nodes with the same problem that a report names. */
const namedNodes = 8;

/** Adds the names of further nodes to a problem's text: `, also 10.0.1.12:6379`. */
function withNames(text: Message, {otherNodes}: SharedProblem): Message {
	const named = otherNodes.slice(0, namedNodes).map(node => message`${nodeName(node)}`);
	const left = otherNodes.length - named.length;
	return named.length === 0
		? text
		: message`${text}, also ${joinMessages(named, ', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

/** Most warnings that a report names beside the most urgent problem. */
const namedWarnings = 2;

/** Most critical problems beside the most urgent one that a report names with their cause. */
const explainedCritical = 2;

/**
The whole verdict for a report: the most urgent problem in full, then each other critical problem with its node, the
first two of them with their cause. The first warnings that affect clients or the safety of the deployment follow. If
nothing is critical, the first warnings of any kind are named.
*/
export function verdictText(verdict: Verdict, show?: ShowName): string {
	if (!('cause' in verdict)) {
		return messageText(calmMessages(verdict)[0] ?? '', show);
	}

	const {cause, others} = verdict;
	const [longest = ''] = problemMessages(cause);
	const critical = others.filter(({severity}) => severity === 'critical');
	const felt = others
		.filter(({severity, effect}) => severity === 'warning' && (effect !== undefined || cause.severity === 'warning'))
		.slice(0, namedWarnings);
	return messageText(
		joinMessages(
			[
				withNames(longest, cause),
				...[...critical, ...felt].map((other, index) =>
					withNames(
						problemMessage(other, index < Math.min(explainedCritical, critical.length) ? 'middle' : 'short'),
						other,
					),
				),
			],
			'; ',
		),
		show,
	);
}
