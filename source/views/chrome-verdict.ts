import {messageText, type ShowName} from '../domain/message.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/new-record.js';
import {type Subject, withSubject} from '../state/subject.js';
import {type SharedProblem, type Verdict, verdictOf} from '../state/verdict.js';
import {shortProblem, verdictMessages, verdictText} from '../state/verdict-text.js';
import {cellWidth} from '../text/cell-width.js';
import {cut, cutLine, fit} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, span} from '../text/line.js';
import {shortAge, shortAgeSince} from '../text/units.js';
import {showNamesBeside} from './node-names.js';

/**
Line 2 of the screen: the verdict about one cause. The line is a bar in the colour of the severity, or plain text if
there is no problem. Nodes on the host of `node`, the node in focus, are named without their host, because the header
shows it.

@param subject The cause that the line is about; undefined: the most urgent cause.
*/
export function verdictLine(
	state: MonitorState,
	node: NodeRecord | undefined,
	nowMs: number,
	glyphs: Glyphs,
	width: number,
	subject?: Subject,
): Line {
	const verdict = withSubject(verdictOf(state, nowMs, node?.address), subject);
	const show = showNamesBeside(node?.address, state);
	const ended = endedText(subject, show, nowMs);
	switch (verdict.severity) {
		case 'ok': {
			const text = fittingText(verdict, wholeNames, ended === '' ? width - 3 : 0);
			const isOpen = verdict.suspicion !== undefined || verdict.isReadingPeers === true;
			const mark = isOpen ? span('.. ', 'accent') : span('ok ', 'ok');
			return cutLine([mark, span(ended === '' ? text : `${text}; ${ended}`)], width, glyphs.ellipsis);
		}

		case 'unknown':
			return cutLine([span('.. ', 'accent'), span(verdictText(verdict))], width, glyphs.ellipsis);
		default:
			return bar(verdict, {show, ended, nowMs, width, glyphs});
	}
}

/** The text about a cause that has ended: how long ago it ended, and what it was. Empty while the cause lasts. */
const endedText = (subject: Subject | undefined, show: ShowName, nowMs: number): string =>
	subject?.endedAtMs === undefined
		? ''
		: `ended ${shortAgeSince(subject.endedAtMs, nowMs)} ago: ${shortProblem(subject.problem, show)}`;

const wholeNames: ShowName = ({name}) => name;

/** The longest text of the verdict that fits into `room` cells; the shortest text if none fits. */
function fittingText(verdict: Verdict, show: ShowName, room: number): string {
	const texts = verdictMessages(verdict).map(text => messageText(text, show));
	return texts.find(text => cellWidth(text) <= room) ?? texts.at(-1) ?? '';
}

type Causes = Extract<Verdict, {readonly cause: SharedProblem}>;

type BarInput = {
	readonly show: ShowName;
	readonly ended: string;
	readonly nowMs: number;
	readonly width: number;
	readonly glyphs: Glyphs;
};

/** A text that says itself how long ago something happened. */
const tellsWhen = /\d ?[a-z]+ ago\b/;

/**
Line 2 as a bar: a mark and the longest text that fits. At the right are the age of the problem and the number of other
causes. The age is left out if the text needs its room, or says itself how long ago it was.
*/
function bar(verdict: Causes, {show, ended, nowMs, width, glyphs}: BarInput): Line {
	const {severity, cause, others} = verdict;
	const mark = severity === 'critical' ? '!! ' : '!  ';
	// No age is shown for a node that does not answer, because the text already says how long that has lasted.
	const since = ended === '' && cause.lastedMs === undefined ? cause.sinceMs : undefined;
	const counted = ended === '' ? others : [cause, ...others];
	const age = since === undefined || width < 60 ? '' : `  ${shortAge(nowMs - since).padStart(6)}`;
	// The word `also` is left out if a longer text of the problem then fits, such as one with the client's name.
	const [long, brief] = [tallyText(counted, width, 'also '), tallyText(counted, width, '')];
	const roomBeside = (tally: string) => Math.max(0, width - cellWidth(mark) - cellWidth(tally));
	const textBeside = (tally: string) => (ended === '' ? fittingText(verdict, show, roomBeside(tally)) : ended);
	const tally = textBeside(long) === textBeside(brief) ? long : brief;
	const all = roomBeside(tally);
	const text = textBeside(tally);
	// Two durations beside each other would contradict: `expired, 8s ago` and the age of the finding, which began as a
	// warning before.
	const right = cellWidth(text) + cellWidth(age) > all || tellsWhen.test(text) ? tally : age + tally;
	const room = Math.max(0, width - cellWidth(mark) - cellWidth(right));
	const left = cut(mark, width) + fit(text, room, 'left', glyphs.ellipsis);
	return [span(cut(left + right, width, glyphs.ellipsis), severity === 'critical' ? 'critical-bar' : 'warning-bar')];
}

/** The numbers of critical and of warning causes at the end of line 2: `  also !! 2  ! 3`. Empty without causes. */
function tallyText(causes: readonly SharedProblem[], width: number, word: string): string {
	const critical = causes.filter(({severity}) => severity === 'critical').length;
	const warnings = causes.length - critical;
	const parts = [...(critical === 0 ? [] : [`!! ${critical}`]), ...(warnings === 0 ? [] : [`! ${warnings}`])];
	return parts.length === 0 ? '' : `  ${width < 60 ? '' : word}${parts.join('  ')} `;
}

/**
`stale 12s` when the node's data is older than two polling intervals of the node. Undefined while the data is fresh, and
before the first sample.
*/
export function staleNote(record: NodeRecord, nowMs: number): string | undefined {
	return isStale(record, nowMs) ? `stale ${shortAge(ageOf(record, nowMs) ?? 0)}` : undefined;
}
