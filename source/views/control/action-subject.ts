import type {Selection} from '../../actions/catalogue/action-row.js';
import type {Choice} from '../../actions/catalogue/choice.js';
import type {ActionName} from '../../domain/action.js';
import type {Finding} from '../../rules/finding.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {tableOf, type ViewState} from '../../state/view-state.js';
import {findingOfRow, rowWith} from '../panels/findings/findings-rows.js';
import {focusedNode} from '../screen-input.js';
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
			const wanted = finding?.remedy?.node ?? finding?.node;
			const found = wanted === undefined ? undefined : state.nodes.get(wanted);
			return {node: found ?? node, selection: {action: finding?.action ?? undefined, value: finding?.remedy?.value}};
		}

		case 'overview': {
			// The menu is for the node in focus, so it offers the remedy only if the remedy is for that node.
			const remedy = remedyOf(subjectFinding(state, view), state);
			return {node, selection: remedy !== undefined && remedy.node === node ? remedy.choice : {}};
		}

		default:
			return {node, selection: {}};
	}
}

/** The action that belongs to a list row of a panel. Choosing it opens a guarded dialog. */
export type RowAction = {readonly node: NodeRecord; readonly choice: Choice};

/** The guarded action that a finding recommends, and its node. Undefined if the finding recommends none. */
export function remedyOf(finding: Finding | undefined, {nodes}: Pick<MonitorState, 'nodes'>): RowAction | undefined {
	const address = finding?.remedy?.node ?? finding?.node;
	const node = address === undefined ? undefined : nodes.get(address);
	return finding?.action === undefined || node === undefined
		? undefined
		: {node, choice: {action: finding.action, value: finding.remedy?.value}};
}

/**
The action of a row: closing the client on the panel Clients, or the remedy on the panel Findings. On Overview it is the
remedy of the finding on line 2, whichever row is selected. Undefined if there is none.
*/
export function rowAction(state: MonitorState, view: ViewState, rowKey: string | undefined): RowAction | undefined {
	if (view.panel === 'overview') {
		return remedyOf(subjectFinding(state, view), state);
	}

	const {node, selection} = actionSubject(state, view, rowKey);
	const action: ActionName | undefined = selection.clientId === undefined ? selection.action : 'client-kill';
	return node === undefined || action === undefined ? undefined : {node, choice: {...selection, action}};
}
