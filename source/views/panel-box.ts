import {failureText} from '../domain/sample.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {longerMark, reachWords} from '../state/node-problem.js';
import {panelRow} from '../state/panel-table.js';
import {frame, innerHeight, innerWidth} from '../text/frame.js';
import {type Line, line} from '../text/line.js';
import {ageSince} from '../text/units.js';
import type {Panel, PanelInput, Rect} from './panel.js';
import {noDataLines} from './panels/sentinel-lines.js';

/** The title and the lines of a panel's frame. */
export type BoxContent = {
	/** The part of the title that follows the panel's name. */
	readonly title: string;
	/** The text at the right of the title, such as the shown range of a list. */
	readonly right?: string | undefined;
	readonly lines: readonly Line[];
};

/** Joins the parts of a frame's title. Empty and undefined parts are left out. */
export const titleParts = (...parts: ReadonlyArray<string | undefined>): string =>
	parts.filter(part => part !== undefined && part !== '').join('  ');

/**
A panel's frame with `content` inside. Before the node's first sample, the frame shows why the node has no sample.
*/
export function panelBox(
	panel: Pick<Panel, 'id' | 'holdsData'>,
	input: PanelInput,
	rect: Rect,
	content: (node: NodeRecord, room: Rect) => BoxContent,
): readonly Line[] {
	const {node} = input;
	if (node?.sample !== undefined && node.role === 'sentinel' && panel.holdsData !== false) {
		return plainBox(panel, input, rect, () => ({
			title: `of ${node.address}`,
			lines: noDataLines(node, input.keyboard),
		}));
	}

	return plainBox(panel, input, rect, room =>
		node?.sample === undefined ? {title: '', lines: absence(input)} : content(node, room),
	);
}

/** A panel's frame with `content`, for a panel that needs no node in focus. The frame fills the rectangle exactly. */
export function plainBox(
	{id}: Pick<Panel, 'id'>,
	{glyphs}: Pick<PanelInput, 'glyphs'>,
	{width, height}: Rect,
	content: (room: Rect) => BoxContent,
): readonly Line[] {
	const room = {width: innerWidth(width), height: innerHeight(width, height)};
	const {title, right, lines} = content(room);
	const {key, title: name} = panelRow(id);
	return frame({title: titleParts(`${key} ${name}`, title), right, lines, width, height, glyphs, panel: id});
}

/** The reason why the node has no sample yet. */
function absence({state, node, nowMs}: PanelInput): Line[] {
	if (node === undefined || node.reach === 'connecting') {
		const name = node?.address ?? state.target;
		return [
			line(
				state.isRecorded === true ? ` .. no reply of ${name} is recorded yet` : ` .. connecting to ${name}`,
				'accent',
			),
		];
	}

	const since =
		node.failingSinceMs === undefined ? '' : `, ${longerMark(node) || 'for '}${ageSince(node.failingSinceMs, nowMs)}`;
	return [
		line(
			` !! ${node.address} ${node.failure === undefined ? reachWords[node.reach] : failureText(node.failure)}${since}`,
			'critical',
		),
		line('    It has not answered yet; redis-top keeps trying.', 'dim'),
	];
}
