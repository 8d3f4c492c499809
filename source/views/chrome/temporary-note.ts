import {costOf, fixState, type TemporaryFix} from '../../derive/temporary-fixes.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {cellWidth} from '../../text/cell-width.js';
import {type Line, span} from '../../text/line.js';
import {ageSince} from '../../text/units.js';

/** The temporary changes that still stand, those of the node in focus first, then by age. */
export function standingFixes(
	{audit, nodes}: MonitorState,
	node: NodeRecord | undefined,
	nowMs: number,
): TemporaryFix[] {
	const away = ({target}: TemporaryFix) => Number(target !== node?.address);
	return (audit?.fixes ?? [])
		.filter(fix => nodes.has(fix.target) && fixState(fix, nodes.get(fix.target)?.config, nowMs) !== 'over')
		.sort((a, b) => away(a) - away(b) || a.sinceMs - b.sinceMs);
}

/**
What somebody changed for a while and nobody has taken back; undefined where there is nothing of the kind. Where the
width is short, the way back is what stays longest.

@param key Opens the box that takes it back.
*/
export function temporaryNote(
	state: MonitorState,
	node: NodeRecord | undefined,
	nowMs: number,
	{width, key}: {readonly width: number; readonly key: string},
): Line | undefined {
	const [first, ...others] = standingFixes(state, node, nowMs);
	if (first === undefined) {
		return undefined;
	}

	const isChecked = fixState(first, state.nodes.get(first.target)?.config, nowMs) === 'stands';
	const where = state.nodes.size > 1 ? ` on ${first.target}` : '';
	const age =
		first.untilMs === undefined ? `for ${ageSince(first.sinceMs, nowMs)}` : `ends in ${ageSince(nowMs, first.untilMs)}`;
	const more = others.length > 0 ? ` (+${others.length} more)` : '';
	const undo = first.revert === undefined ? '' : `; ${key} undoes it: ${first.revert}`;
	const start = `! temporary${where}: ${first.command}`;
	const checked = isChecked || first.untilMs !== undefined ? '' : ', not checked yet';
	const texts = [
		`${start}, ${age} by ${first.osUser}${checked}: ${costOf(first)}${more}${undo}`,
		`${start}, ${age}${checked}${more}${undo}`,
		`${start}${more}${undo}`,
		`! temporary: ${first.command}${more}${undo}`,
		`! temporary: ${first.command}${more}${first.revert === undefined ? '' : `; ${key} undoes it`}`,
	];
	return [span(texts.find(text => cellWidth(text) <= width) ?? `! temporary: ${first.command}${more}`, 'warning')];
}
