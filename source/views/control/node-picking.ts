import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {Panel, PanelInput} from '../panel.js';

/** The node that Enter on a row looks at; undefined where the row stands for none that is known, or it is looked at already. */
export function pickedNode(panel: Panel, input: PanelInput, rowKey: string | undefined): NodeAddress | undefined {
	const node = rowKey === undefined ? undefined : panel.nodeOf?.(input, rowKey);
	return node === input.node?.address ? undefined : node;
}

/** The node that `x` takes off the screen: the selected row's, else the one that is looked at; or why it stays. */
export function dismissal(
	panel: Panel,
	input: PanelInput,
	rowKey: string | undefined,
	{nodes}: MonitorState,
): {readonly node: NodeAddress} | {readonly problem: string} {
	const node = (rowKey === undefined ? undefined : panel.nodeOf?.(input, rowKey)) ?? input.node?.address;
	const record = node === undefined ? undefined : nodes.get(node);
	if (record === undefined) {
		return {problem: 'there is no node to dismiss'};
	}

	return record.goneSinceMs === undefined
		? {problem: `${record.address} is not gone: only a node that is silent and that no other names can be dismissed`}
		: {node: record.address};
}
