import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/node-record.js';
import {shortAge, type Verdict, verdictOf} from '../state/verdict.js';
import {cellWidth} from '../text/cell-width.js';
import {cutLine, lineWidth} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, type Span, span} from '../text/line.js';

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
			return causesLine(verdict, width, glyphs);
	}
}

/** The longest wording that fits; the shortest where none does. */
export function fittingWords({words, shorter, nodesToo}: Omit<Verdict, 'others' | 'severity'>, room: number): string {
	const wordings = [words, ...shorter].map(each => `${each}${tooText(nodesToo)}`);
	return wordings.find(each => cellWidth(each) <= room) ?? wordings.at(-1) ?? '';
}

const tooText = (nodes: number): string => (nodes === 0 ? '' : `, ${nodes} more ${nodes === 1 ? 'node' : 'nodes'} too`);

const moreText = (count: number): string => (count > 0 ? `   (+${count} more)` : '');

/** The worst cause as fully as it fits, then the others while there is room, then how many are left. */
function causesLine(verdict: Verdict, width: number, glyphs: Glyphs): Line {
	const {severity, others} = verdict;
	const glyph = span(severity === 'critical' ? '!! ' : '!  ', severity === 'critical' ? 'critical' : 'warning');
	const room = Math.max(0, width - cellWidth(glyph.text) - cellWidth(moreText(others.length)));
	const shown: Span[] = [glyph, ...cutLine([span(fittingWords(verdict, room))], room, glyphs.ellipsis)];
	let left = others.length;
	for (const {severity: bad, words, nodesToo} of others) {
		const next = [span(`   ${bad === 'critical' ? '!!' : '!'} `, bad), span(`${words}${tooText(nodesToo)}`)];
		if (lineWidth([...shown, ...next]) + cellWidth(moreText(left - 1)) > width) {
			break;
		}

		shown.push(...next);
		left -= 1;
	}

	return cutLine([...shown, span(moreText(left))], width, glyphs.ellipsis);
}

/** `stale 12s` when the node's data is older than two of its intervals; undefined while it is fresh or never came. */
export function staleNote(record: NodeRecord, nowMs: number): string | undefined {
	return isStale(record, nowMs) ? `stale ${shortAge(ageOf(record, nowMs) ?? 0)}` : undefined;
}
