import type {NodeRecord} from '../../state/monitor-state.js';
import {bytes} from '../../text/units.js';
import {filterTitle, listBody} from '../list-body.js';
import type {PanelInput} from '../panel.js';
import {titleParts} from '../panel-box.js';
import type {Card} from './card.js';
import {nodeColumns, nodeRows} from './overview-nodes.js';

/** The nodes table needs so many lines for all of its rows, in its frame, under its titles. */
export const nodesHeight = ({state}: PanelInput): number => state.nodes.size + 3;

export function nodesCard(input: PanelInput): Card {
	return room => {
		const rows = nodeRows(input);
		const {sort, isInverted} = input.table;
		const body = listBody(
			{
				columns: nodeColumns(input.nowMs),
				rows,
				keyOf: ({record}) => record.address,
				sort: sort === undefined ? undefined : {id: sort, isInverted},
				table: input.table,
				whenEmpty: 'No node is known.',
				glyphs: input.glyphs,
			},
			room,
		);
		return {
			title: titleParts('Nodes', replicationTitle(input.node), filterTitle(input.table)),
			right: input.state.nodes.size > 1 ? body.range : undefined,
			padding: 0,
			lines: body.lines,
		};
	};
}

/** `primary with 2 replicas, backlog 1.00M`; `replica of 10.0.1.11:6379, link up`. */
export function replicationTitle(node: NodeRecord | undefined): string | undefined {
	const info = node?.sample?.info;
	if (node === undefined || info === undefined) {
		return undefined;
	}

	if (node.role === 'replica') {
		const field = (name: string) => info.text('replication', name) ?? '-';
		const link = field('master_link_status');
		return `replica of ${field('master_host')}:${field('master_port')}, link ${link === 'down' ? '!! down' : link}`;
	}

	const replicas = node.replicas.length;
	const backlog =
		info.number('replication', 'repl_backlog_active') === 1
			? `, backlog ${bytes(info.number('replication', 'repl_backlog_size'))}`
			: '';
	return `${node.role}, ${replicas === 0 ? 'no replicas' : `${replicas} replica${replicas === 1 ? '' : 's'}`}${backlog}`;
}
