import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/new-record.js';
import {shortAge, type Verdict, verdictOf} from '../state/verdict.js';
import {cellWidth} from '../text/cell-width.js';
import {cutLine, lineWidth} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, span} from '../text/line.js';
import {shortNames} from './node-names.js';

export {reachWords, shortAge} from '../state/verdict.js';

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
			return cutLine([span('ok ', 'ok'), span(fittingWords(verdict, width - 3))], width, glyphs.ellipsis);
		case 'unknown':
			return cutLine([span('.. ', 'accent'), span(verdict.words)], width, glyphs.ellipsis);
		default:
			return causesLine(verdict, state, width, glyphs);
	}
}

/** The longest wording that fits; the shortest where none does. */
export function fittingWords({words, shorter, nodesToo}: Omit<Verdict, 'others' | 'severity'>, room: number): string {
	const wordings = [words, ...shorter].map(each => `${each}${tooText(nodesToo)}`);
	return wordings.find(each => cellWidth(each) <= room) ?? wordings.at(-1) ?? '';
}

const tooText = (nodes: number): string => (nodes === 0 ? '' : `, ${nodes} more ${nodes === 1 ? 'node' : 'nodes'} too`);

const moreText = (count: number): string => (count > 0 ? `   (+${count} more)` : '');

/**
The worst cause as fully as it fits, then the others while there is room, then how many are left. Where another one is as
bad, it goes before the explanation of the first.
*/
function causesLine(verdict: Verdict, state: MonitorState, width: number, glyphs: Glyphs): Line {
	const {severity, others, words, shorter} = verdict;
	const glyph = span(severity === 'critical' ? '!! ' : '!  ', severity === 'critical' ? 'critical' : 'warning');
	const room = Math.max(0, width - cellWidth(glyph.text) - cellWidth(moreText(others.length)));
	const longest: Line = [glyph, ...cutLine([span(fittingWords(verdict, room))], room, glyphs.ellipsis)];
	const lines = [words, ...shorter].map(each => [glyph, span(each + tooText(verdict.nodesToo))]);
	const isAsBad = others[0]?.severity === severity;
	const filled = (isAsBad ? lines : [])
		.filter(each => lineWidth(each) <= width)
		.map(each => withOthers(each, others, state, width))
		.find(({left}) => left < others.length);
	const {line: shown, left} = filled ?? withOthers(longest, others, state, width);
	return cutLine([...shown, span(moreText(left))], width, glyphs.ellipsis);
}

/** As many of the others behind the first as leave room for how many are left. */
function withOthers(first: Line, others: Verdict['others'], state: MonitorState, width: number) {
	const line = [...first];
	let left = others.length;
	for (const {severity, words, nodesToo} of others) {
		const next = [
			span(`   ${severity === 'critical' ? '!!' : '!'} `, severity),
			span(`${shortNames(words, state)}${tooText(nodesToo)}`),
		];
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
