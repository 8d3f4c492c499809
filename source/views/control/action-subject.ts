import type {Selection} from '../../actions/catalogue/action-row.js';
import type {ActionName} from '../../domain/action.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {tableOf, type ViewState} from '../../state/view-state.js';
import {findingOfRow, rowWith} from '../panels/findings/findings-rows.js';
import {focusedNode} from '../screen-input.js';
import {type RowAction, remedyOf} from './remedy.js';
import {subjectFinding} from './subject-finding.js';

/** The node that the menu of actions is for, and the client, cluster node or finding in the selected row. */
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
			// A row of the what-if list is an assumed failure, and its key is no id of CLUSTER NODES. The menu then has no
			// selected cluster node.
			return {node, selection: tableOf(view, 'cluster').groupBy === 'what-if' ? {} : {nodeId: rowKey}};
		case 'findings': {
			const row = rowKey === undefined ? undefined : rowWith({state, table: tableOf(view, 'findings')}, rowKey);
			const finding = findingOfRow(row);
			const remedy = remedyOf(finding, state);
			const found = finding?.node === undefined ? undefined : state.nodes.get(finding.node);
			return remedy === undefined
				? {node: found ?? node, selection: elsewhere(remedyOfSubject(state, view), found ?? node)}
				: {node: remedy.node, selection: remedy.choice};
		}

		case 'overview': {
			// The menu is for the node in focus, so it offers the remedy only if the remedy is for that node.
			const remedy = remedyOfSubject(state, view);
			return {
				node,
				selection: remedy !== undefined && remedy.node === node ? remedy.choice : elsewhere(remedy, node),
			};
		}

		default:
			return {node, selection: elsewhere(remedyOfSubject(state, view), node)};
	}
}

/** The remedy of line 2 on another node. The menu offers it where nothing can be sent to its own node. */
const elsewhere = (remedy: RowAction | undefined, node: NodeRecord | undefined): Selection =>
	remedy === undefined || remedy.node === node || remedy.choice.clientId !== undefined
		? {}
		: {elsewhere: {node: remedy.node.address, action: remedy.choice.action, value: remedy.choice.value}};

/** The remedy of the finding that line 2 is about. */
export const remedyOfSubject = (state: MonitorState, view: ViewState): RowAction | undefined =>
	remedyOf(subjectFinding(state, view), state);

/**
The action of a row: closing the client on the panel Clients, or the remedy on the panel Findings. On Overview it is the
remedy of the finding on line 2, whichever row is selected. Undefined if there is none.
*/
export function rowAction(state: MonitorState, view: ViewState, rowKey: string | undefined): RowAction | undefined {
	if (view.panel === 'overview') {
		return remedyOfSubject(state, view);
	}

	const {node, selection} = actionSubject(state, view, rowKey);
	const action: ActionName | undefined = selection.clientId === undefined ? selection.action : 'client-kill';
	return node === undefined || action === undefined ? undefined : {node, choice: {...selection, action}};
}
