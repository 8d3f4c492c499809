import {messageText} from '../domain/message.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/new-record.js';
import {type SharedProblem, type Verdict, verdictOf} from '../state/verdict.js';
import {shortProblem, verdictMessages, verdictText} from '../state/verdict-text.js';
import {cellWidth} from '../text/cell-width.js';
import {cutLine, lineWidth} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, span} from '../text/line.js';
import {shortAge} from '../text/units.js';
import {showShortNames} from './node-names.js';

/**
Line 2 of the screen: the verdict. `node` is the node in focus; among problems of equal severity, its problem is named
first.
*/
export function verdictLine(
	state: MonitorState,
	node: NodeRecord | undefined,
	nowMs: number,
	glyphs: Glyphs,
	width: number,
): Line {
	const verdict = verdictOf(state, nowMs, node?.address);
	switch (verdict.severity) {
		case 'ok':
			return cutLine([span('ok ', 'ok'), span(fittingText(verdict, state, width - 3))], width, glyphs.ellipsis);
		case 'unknown':
			return cutLine([span('.. ', 'accent'), span(verdictText(verdict))], width, glyphs.ellipsis);
		default:
			return causesLine(verdict, state, width, glyphs);
	}
}

/** The texts of a verdict, longest first. An address is shortened to its port before words are left out. */
function textsOf(verdict: Verdict, state: MonitorState): readonly string[] {
	const show = showShortNames(state);
	return verdictMessages(verdict).flatMap(text => [...new Set([messageText(text), messageText(text, show)])]);
}

/** The longest text of the verdict that fits into `room` cells; the shortest text if none fits. */
function fittingText(verdict: Verdict, state: MonitorState, room: number): string {
	const texts = textsOf(verdict, state);
	return texts.find(text => cellWidth(text) <= room) ?? texts.at(-1) ?? '';
}

const moreText = (count: number): string => (count > 0 ? `   (+${count} more)` : '');

type Causes = Extract<Verdict, {readonly cause: SharedProblem}>;

/**
The most urgent cause in the longest text that fits, then the other causes while there is room, then how many are left
out. When the second cause is as severe as the first, it has precedence over the explanation of the first.
*/
function causesLine(verdict: Causes, state: MonitorState, width: number, glyphs: Glyphs): Line {
	const {severity, others} = verdict;
	const glyph = span(severity === 'critical' ? '!! ' : '!  ', severity);
	const room = Math.max(0, width - cellWidth(glyph.text) - cellWidth(moreText(others.length)));
	const longest: Line = [glyph, ...cutLine([span(fittingText(verdict, state, room))], room, glyphs.ellipsis)];
	const lines = textsOf(verdict, state).map(text => [glyph, span(text)]);
	const isAsSevere = others[0]?.severity === severity;
	const filled = (isAsSevere ? lines : [])
		.filter(each => lineWidth(each) <= width)
		.map(each => withOthers(each, others, state, width))
		.find(({left}) => left < others.length);
	const {line: shown, left} = filled ?? withOthers(longest, others, state, width);
	return cutLine([...shown, span(moreText(left))], width, glyphs.ellipsis);
}

/**
Adds other causes to the line of the first cause, while there is room for them and for the number of those left out.
*/
function withOthers(first: Line, others: readonly SharedProblem[], state: MonitorState, width: number) {
	const line = [...first];
	const show = showShortNames(state);
	let left = others.length;
	for (const other of others) {
		const {severity} = other;
		const next = [span(`   ${severity === 'critical' ? '!!' : '!'} `, severity), span(shortProblem(other, show))];
		if (lineWidth([...line, ...next]) + cellWidth(moreText(left - 1)) > width) {
			break;
		}

		line.push(...next);
		left -= 1;
	}

	return {line, left};
}

/**
`stale 12s` when the node's data is older than two of its intervals. Undefined while the data is fresh, and before the
first sample.
*/
export function staleNote(record: NodeRecord, nowMs: number): string | undefined {
	return isStale(record, nowMs) ? `stale ${shortAge(ageOf(record, nowMs) ?? 0)}` : undefined;
}
