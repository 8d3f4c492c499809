import {updateClusterState} from '../../../cluster/cluster-state.js';
import {type RaftState, raftStateOf} from '../../../cluster/raft-bus.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeId} from '../../../domain/node.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import type {TableView} from '../../../state/view-state.js';
import {type Line, line, type Span, span} from '../../../text/line.js';
import {filterRows, sortRows} from '../../../text/list.js';
import {ageSince, grouped} from '../../../text/units.js';
import {filterTitle, listBody} from '../../list-body.js';
import {shortName, widthForAddresses} from '../../node-names.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox, plainBox, titleParts} from '../../panel-box.js';
import {busLinkDetails, busLinkFact} from '../bus-link-facts.js';
import {clusterNumber} from '../changes.js';
import {isWhatIf, whatIfContent, whatIfDetails, whatIfKeys, whatIfNode} from '../what-if-list.js';
import {clusterColumns, clusterSortKeys, clusterSortValue, clusterText, pongText} from './cluster-columns.js';
import {matrixLines} from './cluster-matrix.js';
import {type ClusterRow, clusterRows, slotText} from './cluster-rows.js';
import {moveLines, slotCountLine, slotMapLine, trimLines} from './cluster-slots.js';
import {verdictLines} from './cluster-verdict.js';

/** Panel 8: every node in CLUSTER NODES of the node in focus, by shard. */
export const clusterPanel: Panel = {
	id: 'cluster',
	interests: ['cluster'],
	commands: ['CLUSTER NODES', 'CLUSTER INFO', 'CLUSTER LINKS', 'CLUSTER GETSLOTMIGRATIONS', 'CLUSTER MIGRATION'],
	sortKeys: clusterSortKeys,
	rowKeys: input => (isWhatIf(input) ? whatIfKeys(input) : nodeKeys(input)),
	draw: (input, rect) =>
		isWhatIf(input)
			? plainBox(clusterPanel, input, rect, room => whatIfContent(input, room))
			: panelBox(clusterPanel, input, rect, (node, room) => {
					if (node.sample?.info.number('cluster', 'cluster_enabled') === 0) {
						return {title: '', lines: offLines(node)};
					}

					return clusterContent(node, input, room);
				}),
	nodeOf: (input, rowKey) => {
		const {state, node} = input;
		return isWhatIf(input)
			? whatIfNode(input, rowKey)
			: node && clusterRows(state, node).find(each => each.node.id === rowKey)?.record?.address;
	},
	rowTitle: 'Node',
	details: (input, rowKey) => {
		if (isWhatIf(input)) {
			return whatIfDetails(input, rowKey);
		}

		const {state, node, nowMs} = input;
		const rows = node === undefined ? [] : clusterRows(state, node);
		const row = rows.find(each => each.node.id === rowKey);
		return row && rowDetails(row, rows, nowMs);
	},
};

const nodeKeys = ({state, node, table}: PanelInput): readonly string[] =>
	node?.sample === undefined ? [] : shownRows(clusterRows(state, node), table).map(({node: {id}}) => id);

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
			columns: clusterColumns(
				nowMs,
				node.since,
				input.focus ?? node.address,
				room.width < widthForAddresses ? address => shortName(address, state) : undefined,
			),
			rows: shownRows(all, table),
			keyOf: row => row.node.id,
			nodeOf: ({address}) => address,
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

function emptyWords({clusterNodes, blind, notKept}: NodeRecord): string {
	if (notKept?.includes('CLUSTER NODES')) {
		return 'The history does not keep the view of so many nodes. The overview has the figures of that moment.';
	}

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

/** Number of lines of the panel that the lines above the list of nodes leave free for that list. */
const leastListLines = 5;
/** Height of the panel from which the matrix also shows nodes on which all views agree, in lines. */
const wholeMatrixLines = 30;

/**
The lines above the list: verdicts, slot map, migrations, the summary of CLUSTER INFO, and the matrix that shows which
nodes flag which other nodes.
*/
function factLines(
	node: NodeRecord,
	rows: readonly ClusterRow[],
	{glyphs, state, nowMs}: PanelInput,
	room: Rect,
): Line[] {
	const watch = state.cluster ?? updateClusterState(undefined, state.nodes, nowMs)?.state;
	if (watch === undefined) {
		return room.height > leastListLines ? [stateFact(node)] : [];
	}

	const lines: Line[] = [];
	const left = () => room.height - leastListLines - lines.length;
	const add = (most: number, draw: (height: number) => readonly Line[]) => {
		const height = Math.min(most, left());
		lines.push(...(height > 0 ? draw(height).slice(0, height) : []));
	};
	const third = Math.max(1, Math.floor(room.height / 3));
	add(third, height => verdictLines(watch, nowMs, room.width, height));
	add(1, () => [slotMapLine(watch, room.width, glyphs)]);
	add(1, () => [slotCountLine(watch, glyphs)]);
	add(Math.max(1, Math.floor(room.height / 5)), () => [...moveLines(watch, nowMs), ...trimLines(state.nodes)]);
	add(1, () => [[...stateFact(node), ...busLinkFact(state.nodes)]]);
	const isWhole = room.height >= wholeMatrixLines;
	const order = idsOf(rows);
	add(third, height => matrixLines(watch, order, {width: room.width, height, isWhole}, glyphs));
	return lines;
}

const idsOf = memoizeByRef((rows: readonly ClusterRow[]) => rows.map(({node}) => node.id));

function stateFact(node: NodeRecord): Line {
	const text = (field: string) => clusterNumber(node, field);
	const clusterState = node.clusterInfo?.value.get('cluster_state') ?? '-';
	const raft = raftStateOf(node.clusterInfo?.value);
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
		...(raft === undefined ? [] : raftFact(raft)),
	];
}

/**
For a cluster whose bus uses Raft: the node's role and term, and how many committed log entries the node has not
applied. Without a leader, no change of the cluster is possible.
*/
const raftFact = ({role, leader, term, committed, applied}: RaftState): Span[] => [
	span('  raft ', 'label'),
	leader === undefined ? span('!! no leader', 'critical') : span(role),
	span(`, term ${grouped(term)}`),
	...(committed !== undefined && applied !== undefined && applied < committed
		? [span(`, ${grouped(committed - applied)} entries behind`, 'warning')]
		: []),
];

function rowDetails(row: ClusterRow, rows: readonly ClusterRow[], nowMs: number): Array<readonly [string, string]> {
	const {node} = row;
	return [
		['node', row.address],
		['id', node.id],
		['host name', node.hostname || '-'],
		['bus port', String(node.busPort ?? '-')],
		['flags', [...node.flags].join(',')],
		['shard', String(row.shard ?? '-')],
		['replicates from', row.primary ?? node.primaryId ?? '-'],
		['configuration epoch', String(node.configEpoch)],
		['link from node in focus', node.flags.has('myself') ? '-' : node.linkState],
		['pong age', pongText(row, nowMs)],
		...(row.record === undefined ? [] : busLinkDetails(row.record, namesIn(rows), nowMs)),
		['seen by redis-top', row.record?.reach ?? 'not polled'],
		['slots', `${grouped(row.slotCount)}: ${slotText(node.slots)}`],
		...node.openSlots.map(({slot, direction, peer}): readonly [string, string] => [direction, `${slot}, peer ${peer}`]),
	];
}

const namesIn = (rows: readonly ClusterRow[]) => {
	const names = new Map(rows.map(({node, address}) => [node.id, address]));
	return (id: NodeId): string => names.get(id) ?? id.slice(0, 8);
};
