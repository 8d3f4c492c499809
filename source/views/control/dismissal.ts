import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import type {Panel, PanelInput} from '../panel.js';

/**
The node that the key `x` takes off the screen, or the reason why that node can't be taken off. The node is that of the
selected row, else the node in focus.
*/
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
		? {
				problem: `${record.address} is not gone: it answers, or another node names it`,
			}
		: {node: record.address};
}
