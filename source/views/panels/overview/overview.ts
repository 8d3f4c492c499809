import type {NodeAddress} from '../../../domain/node.js';
import type {Line} from '../../../text/line.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox} from '../../panel-box.js';
import {drawCard} from '../card.js';
import {narrowLayout, wallLayout, workingLayout} from './overview-layouts.js';
import {nodeDetails} from './overview-node-details.js';
import {nodeRows, nodeSortKeys} from './overview-nodes.js';
import {nodesCard, nodesHeight} from './overview-nodes-card.js';
import {smallLayout} from './overview-small.js';

/**
Panel 1: the most important figures of the node in focus, and a line for every node. Parts that change least stand at
the top left.
*/
export const overviewPanel: Panel = {
	id: 'overview',
	interests: ['client-rules', 'histograms', 'slowlog'],
	commands: ['INFO', 'CLIENT LIST', 'SLOWLOG GET'],
	sortKeys: nodeSortKeys,
	rowKeys: input => nodeRows(input).map(({record}) => record.address),
	draw: (input, rect) => {
		const {node} = input;
		if (node?.sample === undefined || node.role === 'sentinel') {
			return withoutData(input, rect);
		}

		if (rect.width < 72 || rect.height < 16) {
			return smallLayout(input, node, rect);
		}

		if (rect.width >= 180 && rect.height >= 44) {
			return wallLayout(input, node, rect);
		}

		return rect.width >= 110 && rect.height >= 32 ? workingLayout(input, node, rect) : narrowLayout(input, node, rect);
	},
	nodeOf: ({state}, rowKey) => state.nodes.get(rowKey as NodeAddress)?.address,
	rowTitle: 'Node',
	details: nodeDetails,
};

/** The panel while the node in focus has no data: the reason, and the list of nodes. */
function withoutData(input: PanelInput, rect: Rect): readonly Line[] {
	const {width, height} = rect;
	const others = input.state.nodes.size > 1 && height >= 8 ? Math.min(nodesHeight(input), height - 4) : 0;
	return [
		...panelBox(overviewPanel, input, {width, height: height - others}, () => ({title: '', lines: []})),
		...drawCard(nodesCard(input), {width, height: others}, input.glyphs, 0),
	];
}
