import {joinMessages, type Message, message, messageText, nodeName, type ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {statementMessage, type TextLength} from '../domain/statement.js';
import type {Finding} from '../rules/finding.js';
import {shortAge, utcClock} from '../text/units.js';
import type {NodeProblem} from './node-problem.js';
import type {SharedProblem, Verdict} from './verdict.js';

/** A statement behind the node that it is about: `10.0.1.11:6379 refuses writes (OOM)`. */
const withSubject = (node: NodeAddress | undefined, text: Message): Message =>
	node === undefined ? text : message`${nodeName(node)} ${text}`;

/** `10.0.1.11:6379 memory at 91% of maxmemory`. */
export const findingLine = (finding: Finding, length: TextLength = 'long', show?: ShowName): string =>
	messageText(withSubject(finding.node, statementMessage(finding, length)), show);

/** Without ages. `short` is what clients feel of it, where that is known. */
function problemMessage(problem: NodeProblem, length: TextLength): Message {
	const {node, consequence} = problem;
	if (consequence === undefined) {
		return withSubject(node, statementMessage(problem, length));
	}

	const felt = statementMessage(consequence, length === 'long' ? 'long' : 'short');
	return withSubject(node, length === 'short' ? felt : message`${statementMessage(problem, length)}; it ${felt}`);
}

/** The text of a problem in few words, without anything that counts every second. */
export const shortProblem = (problem: SharedProblem, show?: ShowName): string =>
	messageText(withOthers(problemMessage(problem, 'short'), problem), show);

const withOthers = (text: Message, {nodesToo}: SharedProblem): Message =>
	nodesToo === 0 ? text : message`${text}, ${nodesToo} more ${nodesToo === 1 ? 'node' : 'nodes'} too`;

const withNote = (text: Message, {note}: NodeProblem): Message =>
	note === undefined ? text : message`${text}; ${note}`;

function lastDataText({lastData}: NodeProblem): string {
	if (lastData === undefined) {
		return '';
	}

	return lastData === 'never'
		? ' (no data yet)'
		: ` (last data ${utcClock(lastData.atMs)}, ${shortAge(lastData.ageMs)} old)`;
}

/** The texts of a problem, the longest first: each leaves out what the one before it can best do without. */
function problemMessages(problem: NodeProblem): readonly Message[] {
	const {lastedMs} = problem;
	const long = problemMessage(problem, 'long');
	const lasting = lastedMs === undefined ? long : message`${long}, for ${shortAge(lastedMs)}`;
	return [
		withNote(message`${lasting}${lastDataText(problem)}`, problem),
		withNote(lasting, problem),
		...problemLengths.map(length => withNote(problemMessage(problem, length), problem)),
		problemMessage(problem, 'short'),
	];
}

const problemLengths: readonly TextLength[] = ['long', 'middle', 'short'];

type Calm = Exclude<Verdict, {readonly cause: SharedProblem}>;

/** Where nothing is wrong: its text is a statement as well. */
function calmStatement(verdict: Calm): {readonly text: Message; readonly age?: string; readonly note?: string} {
	if (verdict.severity === 'unknown') {
		const {connecting, target} = verdict;
		const [first, ...more] = connecting;
		const name = first === undefined ? target : message`${nodeName(first)}`;
		return {text: message`connecting to ${name}${more.length === 0 ? '' : ` and ${more.length} more`}`};
	}

	const {answering, ageMs, notes} = verdict;
	const [only] = answering;
	return {
		text:
			answering.length === 1 && only !== undefined
				? message`${nodeName(only)} answers`
				: `${answering.length} nodes answer`,
		age: `data ${shortAge(ageMs)} old`,
		...(notes === 0 ? {} : {note: `${notes} ${notes === 1 ? 'note' : 'notes'} (9)`}),
	};
}

function calmMessages(verdict: Calm): readonly Message[] {
	const {text, age, note} = calmStatement(verdict);
	return [joinMessages([text, age, note], ', '), joinMessages([text, age], ', ')];
}

/** The verdict in one line, as long as there is room for: the longest text first. */
export const verdictMessages = (verdict: Verdict): readonly Message[] =>
	'cause' in verdict
		? problemMessages(verdict.cause).map(text => withOthers(text, verdict.cause))
		: calmMessages(verdict);

/** The same without ages, for letters that are too large to change every second. */
export const agelessMessages = (verdict: Verdict): readonly Message[] =>
	'cause' in verdict
		? problemLengths.map(length => problemMessage(verdict.cause, length))
		: [calmStatement(verdict).text];

/** The whole verdict for a report, without how many nodes have the same problem. */
export const verdictText = (verdict: Verdict, show?: ShowName): string => {
	const [longest = ''] = 'cause' in verdict ? problemMessages(verdict.cause) : calmMessages(verdict);
	return messageText(longest, show);
};
