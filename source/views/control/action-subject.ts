import type {Selection} from '../../actions/catalogue/action-row.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import type {ViewState} from '../../state/view-state.js';
import {allRows} from '../panels/findings/findings-rows.js';
import {focusedNode} from '../screen-input.js';

/** Which node the menu of actions is for, and what the selected row stands for, where an action can be about it. */
export function actionSubject(
	state: MonitorState,
	view: ViewState,
	rowKey: string | undefined,
): {readonly node: NodeRecord | undefined; readonly selection: Selection} {
	const node = focusedNode(state, view);
	switch (view.panel) {
		case 'clients':
			return {node, selection: rowKey !== undefined && /^\d+$/.test(rowKey) ? {clientId: Number(rowKey)} : {}};
		case 'cluster':
			return {node, selection: {nodeId: rowKey}};
		case 'findings': {
			const row = allRows(state).find(({key}) => key === rowKey);
			const finding = row?.kind === 'finding' ? row.entry.finding : undefined;
			const wanted = finding?.remedy?.node ?? finding?.node;
			const found = wanted === undefined ? undefined : state.nodes.get(wanted);
			return {node: found ?? node, selection: {action: finding?.action ?? undefined, value: finding?.remedy?.value}};
		}

		default:
			return {node, selection: {}};
	}
}
