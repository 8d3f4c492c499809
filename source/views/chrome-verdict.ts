import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import {ageOf, isStale} from '../state/node-record.js';
import {shortAge, verdictOf} from '../state/verdict.js';
import {cellWidth} from '../text/cell-width.js';
import {cutLine} from '../text/fit.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, span} from '../text/line.js';

export {reachWords, shortAge} from '../state/verdict.js';

/** Line 2: the verdict. `node` is the one in focus; it is named first among equals. */
export function verdictLine(
	state: MonitorState,
	node: NodeRecord | undefined,
	nowMs: number,
	glyphs: Glyphs,
	width: number,
): Line {
	const {severity, words, shortWords, others} = verdictOf(state, nowMs, node?.address);
	switch (severity) {
		case 'ok':
			return cutLine([span('ok ', 'ok'), span(words)], width, glyphs.ellipsis);
		case 'unknown':
			return cutLine([span('.. ', 'accent'), span(words)], width, glyphs.ellipsis);
		default: {
			const glyph = severity === 'critical' ? '!! ' : '!  ';
			const suffix = others > 0 ? `   (+${others} more)` : '';
			const room = width - cellWidth(glyph) - cellWidth(suffix);
			const main = cutLine([span(cellWidth(words) <= room ? words : shortWords)], Math.max(0, room), glyphs.ellipsis);
			return cutLine(
				[span(glyph, severity === 'info' ? 'plain' : severity), ...main, span(suffix)],
				width,
				glyphs.ellipsis,
			);
		}
	}
}

/** `stale 12s` when the node's data is older than two of its intervals; undefined while it is fresh or never came. */
export function staleNote(record: NodeRecord, nowMs: number): string | undefined {
	return isStale(record, nowMs) ? `stale ${shortAge(ageOf(record, nowMs) ?? 0)}` : undefined;
}
