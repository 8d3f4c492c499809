import {costOf, fixState, type TemporaryFix} from '../../derive/temporary-fixes.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {cellWidth} from '../../text/cell-width.js';
import {type Line, span} from '../../text/line.js';
import {ageSince} from '../../text/units.js';

/**
The temporary changes of server settings that are still in force. Changes on the node in focus come before changes on
other nodes. In both parts, the oldest change comes first.
*/
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
The line that reminds the user of the first temporary change; undefined when no temporary change is in force. On a
narrow screen, the command that undoes the change is the last part to be left out.

@param key The key that opens the dialog to undo the change.
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
