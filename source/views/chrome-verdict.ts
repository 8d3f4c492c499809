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

/** Line 2: the verdict. `node` is the one in focus; it is named first among equals. */
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

/** Longest first. A long address gives way before words do. */
function textsOf(verdict: Verdict, state: MonitorState): readonly string[] {
	const show = showShortNames(state);
	return verdictMessages(verdict).flatMap(text => [...new Set([messageText(text), messageText(text, show)])]);
}

/** The longest text that fits; the shortest where none does. */
function fittingText(verdict: Verdict, state: MonitorState, room: number): string {
	const texts = textsOf(verdict, state);
	return texts.find(text => cellWidth(text) <= room) ?? texts.at(-1) ?? '';
}

const moreText = (count: number): string => (count > 0 ? `   (+${count} more)` : '');

type Causes = Extract<Verdict, {readonly cause: SharedProblem}>;

/**
The most urgent cause as fully as it fits, then the others while there is room, then how many are left. Where another one
is as severe, it goes before the explanation of the first.
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

/** As many of the others behind the first as leave room for how many are left. */
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

/** `stale 12s` when the node's data is older than two of its intervals; undefined while it is fresh or never came. */
export function staleNote(record: NodeRecord, nowMs: number): string | undefined {
	return isStale(record, nowMs) ? `stale ${shortAge(ageOf(record, nowMs) ?? 0)}` : undefined;
}
