import type {Selection} from '../../actions/catalogue/action-row.js';
import type {Choice} from '../../actions/catalogue/choice.js';
import type {ActionName} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import type {RuleId} from '../../rules/all-rules.js';
import type {Finding} from '../../rules/finding.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import {isOutage, rankedFindings} from '../../state/verdict.js';
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

/** The action that belongs to a list row of a panel. Choosing it opens a guarded dialog. */
export type RowAction = {readonly node: NodeRecord; readonly choice: Choice};

/**
The guarded action that a finding recommends, and its node. If the finding recommends none:
- For a node out of reach it is the action of the first consequence that has one. Nothing can be sent to a dead primary,
  but its replica can take over.
- For a finding that names a client, it is closing that client's connection, if the client has only one.
*/
export function remedyOf(finding: Finding | undefined, state: MonitorState): RowAction | undefined {
	const advised = finding && advisedBy(finding, state);
	if (advised === undefined) {
		return undefined;
	}

	const nodeAt = (address: NodeAddress | undefined) => (address === undefined ? undefined : state.nodes.get(address));
	// The node of the finding is used when the node of its remedy is not polled here.
	const node = nodeAt(advised.remedy?.node) ?? nodeAt(advised.node);
	if (node === undefined) {
		return undefined;
	}

	const clientId = advised.action === undefined ? culpritIn(node, advised) : undefined;
	return advised.action !== undefined
		? {node, choice: {action: advised.action, value: advised.remedy?.value}}
		: clientId === undefined
			? undefined
			: {node, choice: {action: 'client-kill', clientId}};
}

/**
Rules about errors that harm the client itself. Closing its connection helps nobody: it connects again and sends the
same.
*/
const selfInflicted: ReadonlySet<RuleId> = new Set<RuleId>(['err.failed', 'err.rate', 'err.unknown', 'sec.authfail']);

/** The id of the client that causes a finding. Undefined if it is not connected, or has several connections. */
function culpritIn({clients, address}: NodeRecord, {rule, culprit, clearedAtMs}: Finding): number | undefined {
	const name = culprit?.client?.name;
	const isHere =
		clearedAtMs === undefined && !selfInflicted.has(rule) && (culprit?.node === undefined || culprit.node === address);
	if (name === undefined || name === '' || !isHere) {
		return undefined;
	}

	const [client, ...others] = (clients?.value ?? []).filter(each => each.name === name || each.address === name);
	return others.length === 0 ? client?.id : undefined;
}

/**
The finding itself if it recommends an action. For a node out of reach without an action: its first consequence that
recommends one. In all other cases the finding itself.
*/
export function advisedBy(finding: Finding, state: MonitorState): Finding {
	if (finding.action !== undefined || !isOutage(finding)) {
		return finding;
	}

	const ranked = rankedFindings(state);
	const key = ranked.find(entry => entry.finding === finding)?.key;
	const consequence = ranked.find(
		({causeKey, finding: {action, clearedAtMs}}) =>
			causeKey === key && action !== undefined && clearedAtMs === undefined,
	);
	return key === undefined || consequence === undefined ? finding : consequence.finding;
}

/**
The remedy of the finding that line 2 is about. SLOWLOG RESET is no remedy: it deletes what the operator has to read first.
*/
export function remedyOfSubject(state: MonitorState, view: ViewState): RowAction | undefined {
	const remedy = remedyOf(subjectFinding(state, view), state);
	return remedy?.choice.action === 'slowlog-reset' ? undefined : remedy;
}

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
