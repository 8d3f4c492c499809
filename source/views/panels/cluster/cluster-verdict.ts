import type {ClusterState} from '../../../cluster/cluster-state.js';
import type {ClusterVerdict} from '../../../cluster/verdict.js';
import {messageText} from '../../../domain/message.js';
import {statementText} from '../../../domain/statement.js';
import {type Line, line, span, type Tone} from '../../../text/line.js';
import {ageSince} from '../../../text/units.js';
import {wrapWords} from '../../../text/wrap-words.js';

/** Age of the cluster views from which a line above the verdicts says that they are old, in milliseconds. */
const oldAfterMs = 15_000;

const marks: Readonly<Record<ClusterVerdict['severity'], readonly [mark: string, tone: Tone]>> = {
	critical: ['!! ', 'critical'],
	warning: ['!  ', 'warning'],
	info: ['.. ', 'accent'],
	ok: ['ok ', 'ok'],
};

/**
The verdicts on the cluster, worst first, in at most `height` lines. Explanations are shown only in the room that all
verdicts leave, so that a small screen shows every problem.
*/
export function verdictLines({verdicts, atMs}: ClusterState, nowMs: number, width: number, height: number): Line[] {
	const old =
		nowMs - atMs > oldAfterMs
			? [line(` !  CLUSTER NODES was last read ${ageSince(atMs, nowMs)} ago: the lines below are of then`, 'warning')]
			: [];
	const heads = verdicts.map(verdict => headLines(verdict, nowMs, width));
	const headCount = heads.reduce((sum, lines) => sum + lines.length, old.length);
	let room = height - headCount;
	const lines = heads.flatMap((head, index) => {
		const meaning = meaningLines(verdicts[index], width);
		// An explanation is shown whole or not at all.
		const shown = meaning.length <= room ? meaning : [];
		room -= shown.length;
		return [...head, ...shown];
	});
	return [...old, ...lines].slice(0, Math.max(0, height));
}

function headLines(verdict: ClusterVerdict, nowMs: number, width: number): Line[] {
	const {severity, sinceMs} = verdict;
	const [mark, tone] = marks[severity];
	const since = sinceMs === undefined || severity === 'ok' ? '' : ` (for ${ageSince(sinceMs, nowMs)})`;
	const rows = wrapWords(`${statementText(verdict)}${since}`, Math.max(1, width - 5));
	return rows.map((row, index) => [
		span(index === 0 ? ` ${mark}` : '    ', tone),
		span(row, severity === 'ok' ? 'plain' : tone),
	]);
}

function meaningLines(verdict: ClusterVerdict | undefined, width: number): Line[] {
	return (verdict?.meaning ?? []).flatMap(sentence =>
		wrapWords(messageText(sentence), Math.max(1, width - 7), '  ').map(row => line(`      ${row}`, 'dim')),
	);
}
