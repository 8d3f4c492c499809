import type {NodeAddress} from '../../../domain/node.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {Line} from '../../../text/line.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox} from '../../panel-box.js';
import {drawCard} from '../card.js';
import {narrowLayout, wallLayout, workingLayout} from './overview-layouts.js';
import {nodeDetails} from './overview-node-details.js';
import {isNodeOrderHeld, nodeRows, nodeSortKeys} from './overview-nodes.js';
import {nodesCard, nodesHeight} from './overview-nodes-card.js';
import {smallLayout} from './overview-small.js';
import {thresholdStrip} from './overview-thresholds.js';

/**
Panel 1: the most important figures of the node in focus, and a line for every node. Parts that change least stand at
the top left.
*/
export const overviewPanel: Panel = {
	id: 'overview',
	interests: ['client-rules', 'histograms', 'slowlog'],
	commands: ['INFO', 'CLIENT LIST', 'SLOWLOG GET'],
	sortKeys: nodeSortKeys,
	isOrderHeld: isNodeOrderHeld,
	rowKeys: input => nodeRows(input).map(({record}) => record.address),
	draw: (input, rect) => {
		const {node} = input;
		if (node?.sample === undefined || node.role === 'sentinel') {
			return withoutData(input, rect);
		}

		const strip = rect.height < 10 ? undefined : thresholdStrip(input, rect.width);
		return strip === undefined
			? layout(input, node, rect, rect)
			: [strip, ...layout(input, node, rect, {...rect, height: rect.height - 1})];
	},
	nodeOf: ({state}, rowKey) => state.nodes.get(rowKey as NodeAddress)?.address,
	rowTitle: 'Node',
	details: nodeDetails,
};

/**
The cards of the overview, drawn in `room`. The layout is chosen by `whole`, the size of the whole panel. `room` is
smaller when the panel also has the line of the five figures.
*/
function layout(input: PanelInput, node: NodeRecord, whole: Rect, room: Rect): readonly Line[] {
	if (whole.width < 72 || whole.height < 16) {
		return smallLayout(input, node, room);
	}

	if (whole.width >= 180 && whole.height >= 44) {
		return wallLayout(input, node, room);
	}

	return whole.width >= 110 && whole.height >= 32 ? workingLayout(input, node, room) : narrowLayout(input, node, room);
}

/** The panel while the node in focus has no data: the reason, and the list of nodes. */
function withoutData(input: PanelInput, rect: Rect): readonly Line[] {
	const {width, height} = rect;
	const others = input.state.nodes.size > 1 && height >= 8 ? Math.min(nodesHeight(input), height - 4) : 0;
	return [
		...panelBox(overviewPanel, input, {width, height: height - others}, () => ({title: '', lines: []})),
		...drawCard(nodesCard(input), {width, height: others}, input.glyphs, 0),
	];
}
