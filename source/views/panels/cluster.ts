import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import type {TableView} from '../../state/view-state.js';
import {type Line, line, type Span, span} from '../../text/line.js';
import {filterRows, sortRows} from '../../text/list.js';
import {ageSince, grouped} from '../../text/units.js';
import {filterTitle, listBody} from '../list-body.js';
import type {Panel, PanelInput, Rect} from '../panel.js';
import {panelBox, titleParts} from '../panel-box.js';
import {clusterColumns, clusterSortKeys, clusterSortValue, clusterText, pongText} from './cluster-columns.js';
import {type ClusterRow, clusterRows, slotBar, slotText, slotTotal} from './cluster-rows.js';

/** Panel 8: every node that CLUSTER NODES of the node in focus names, by shard. */
export const clusterPanel: Panel = {
	id: 'cluster',
	digit: '8',
	title: 'Cluster',
	interests: ['cluster'],
	commands: ['CLUSTER NODES', 'CLUSTER INFO'],
	sortKeys: clusterSortKeys,
	rowKeys: ({state, node, table}) =>
		node?.sample === undefined ? [] : shownRows(clusterRows(state, node), table).map(({node: {id}}) => id),
	draw: (input, rect) =>
		panelBox(clusterPanel, input, rect, (node, room) => {
			if (node.sample?.info.number('cluster', 'cluster_enabled') === 0) {
				return {title: '', lines: offLines(node)};
			}

			return clusterContent(node, input, room);
		}),
	details: ({state, node, nowMs}, rowKey) => {
		const row = node && clusterRows(state, node).find(each => each.node.id === rowKey);
		return row && rowDetails(row, nowMs);
	},
};

const offLines = ({address}: NodeRecord): Line[] => [
	line(` cluster mode is off on this node (${address}: cluster_enabled:0)`),
	line(' Panel 3 shows who replicates from whom.', 'dim'),
];

function clusterContent(node: NodeRecord, input: PanelInput, room: Rect) {
	const {state, table, nowMs, glyphs} = input;
	const all = clusterRows(state, node);
	const facts = factLines(node, all, input, room);
	const sortTitle = clusterSortKeys.find(({id}) => id === (table.sort ?? 'shard'))?.title ?? 'shard';
	const list = listBody(
		{
			columns: clusterColumns(nowMs),
			rows: shownRows(all, table),
			keyOf: row => row.node.id,
			sort: {id: table.sort ?? 'shard', isInverted: table.isInverted},
			table,
			whenEmpty: emptyWords(node),
			glyphs,
		},
		{width: room.width, height: room.height - facts.length},
	);
	return {
		title: titleParts(
			node.clusterNodes && `as ${node.address} saw it ${ageSince(node.clusterNodes.atMs, nowMs)} ago`,
			`sort ${sortTitle}${table.isInverted ? ', inverted' : ''}`,
			filterTitle(table),
		),
		right: list.range,
		lines: [...facts, ...list.lines],
	};
}

function emptyWords({clusterNodes, blind}: NodeRecord): string {
	if (blind.some(({command}) => command === 'CLUSTER NODES')) {
		return 'CLUSTER NODES can not be read: see above.';
	}

	return clusterNodes === undefined ? 'CLUSTER NODES has not been read yet.' : 'CLUSTER NODES names no node.';
}

function shownRows(rows: readonly ClusterRow[], {sort, isInverted, filter}: TableView): readonly ClusterRow[] {
	const value = clusterSortValue(sort);
	const ordered = value === undefined ? (isInverted ? rows.toReversed() : rows) : sortRows(rows, value, isInverted);
	return filterRows(ordered, filter, clusterText);
}

/** CLUSTER INFO's summary, where every slot lies, and the slots on the move. */
function factLines(node: NodeRecord, rows: readonly ClusterRow[], {glyphs, state}: PanelInput, room: Rect): Line[] {
	const lines: Line[] = [stateFact(node), slotFact(node)];
	if (rows.length > 0) {
		const bar = slotBar(rows, Math.max(0, room.width - 16), glyphs.meterEmpty);
		lines.push([span(' 0 ', 'label'), span(bar, bar.includes('!') ? 'warning' : 'plain'), span(' 16383', 'label')]);
	}

	const open = openSlotLine(state, node, rows);
	const ordered = open === undefined ? lines : [...lines, open];
	return room.height >= ordered.length + 4 ? ordered : room.height >= 5 ? ordered.slice(0, 1) : [];
}

function stateFact({clusterInfo}: NodeRecord): Line {
	const text = (field: string) => clusterInfo?.value.get(field) ?? '-';
	const clusterState = text('cluster_state');
	const shown: Span =
		clusterState === 'fail' ? span('!! fail', 'critical') : span(clusterState, clusterState === 'ok' ? 'ok' : 'plain');
	return [
		span(' state ', 'label'),
		shown,
		span('  nodes ', 'label'),
		span(text('cluster_known_nodes')),
		span('  shards ', 'label'),
		span(text('cluster_size')),
		span('  epoch ', 'label'),
		span(text('cluster_current_epoch')),
		span('  own epoch ', 'label'),
		span(text('cluster_my_epoch')),
	];
}

function slotFact({clusterInfo}: NodeRecord): Line {
	const number = (field: string) => {
		const text = clusterInfo?.value.get(field);
		return text === undefined || text === '' ? undefined : Number(text);
	};
	const troubled = (name: string, value: number | undefined, tone: 'warning' | 'critical'): Span[] => [
		span(`  ${name} `, 'label'),
		value !== undefined && value > 0
			? span(`${tone === 'critical' ? '!!' : '!'} ${grouped(value)}`, tone)
			: span(grouped(value)),
	];
	const assigned = number('cluster_slots_assigned');
	const missing = assigned === undefined ? 0 : slotTotal - assigned;
	return [
		span(' slots assigned ', 'label'),
		missing > 0
			? span(`!! ${grouped(assigned)}, ${grouped(missing)} without owner`, 'critical')
			: span(grouped(assigned)),
		span('  ok ', 'label'),
		span(grouped(number('cluster_slots_ok'))),
		...troubled('pfail', number('cluster_slots_pfail'), 'warning'),
		...troubled('fail', number('cluster_slots_fail'), 'critical'),
	];
}

/** A node names only its own open slots, so those of every node that is asked are put together. */
function openSlotLine(state: MonitorState, node: NodeRecord, rows: readonly ClusterRow[]): Line | undefined {
	const names = new Map(rows.map(row => [row.node.id, row.address]));
	const asked = new Set([node, ...state.nodes.values()]);
	const open = new Set<string>();
	for (const record of asked) {
		for (const {openSlots} of record.clusterNodes?.value ?? []) {
			for (const {slot, direction, peer} of openSlots) {
				const other = names.get(peer) ?? peer.slice(0, 8);
				open.add(
					`${slot} ${direction === 'migrating' ? `${record.address} -> ${other}` : `${record.address} <- ${other}`}`,
				);
			}
		}
	}

	return open.size === 0
		? undefined
		: [span(` ! ${open.size} open ${open.size === 1 ? 'slot' : 'slots'}: `, 'warning'), span([...open].join(', '))];
}

function rowDetails(row: ClusterRow, nowMs: number): Array<readonly [string, string]> {
	const {node} = row;
	return [
		['node', row.address],
		['id', node.id],
		['host name', node.hostname || '-'],
		['bus port', String(node.busPort ?? '-')],
		['flags', [...node.flags].join(',')],
		['shard', String(row.shard ?? '-')],
		['follows', row.primary ?? node.primaryId ?? '-'],
		['configuration epoch', String(node.configEpoch)],
		['link from the asked node', node.flags.has('myself') ? '-' : node.linkState],
		['pong age', pongText(row, nowMs)],
		['seen by redis-top', row.record?.reach ?? 'not asked'],
		['slots', `${grouped(row.slotCount)}: ${slotText(node.slots)}`],
		...node.openSlots.map(({slot, direction, peer}): readonly [string, string] => [direction, `${slot}, peer ${peer}`]),
	];
}
