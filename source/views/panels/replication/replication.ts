import {sharedAddresses} from '../../../derive/replica-links.js';
import type {NodeAddress} from '../../../domain/node.js';
import {streamReaders} from '../../../parse/info-fields.js';
import type {NodeRecord} from '../../../state/monitor-state.js';
import {isStale} from '../../../state/new-record.js';
import type {TableView} from '../../../state/view-state.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {blankLine, type Line, type Span, span} from '../../../text/line.js';
import {filterRows} from '../../../text/list.js';
import {readingsPerCell, sparkline} from '../../../text/sparkline.js';
import {bytes, grouped, percent, seconds} from '../../../text/units.js';
import {wrapWords} from '../../../text/wrap-words.js';
import {nodeFinder} from '../../../topology/replication-edges.js';
import {filterTitle, listBody} from '../../list-body.js';
import type {Panel, PanelInput, Rect} from '../../panel.js';
import {panelBox, plainBox, titleParts} from '../../panel-box.js';
import {greyed} from '../card.js';
import {fieldText, metricText} from '../changes.js';
import {chartRow} from '../chart-row.js';
import {sentinelLines, watchedLines} from '../sentinel-lines.js';
import {isWhatIf, whatIfContent, whatIfDetails, whatIfKeys, whatIfNode} from '../what-if-list.js';
import {delayCharts} from './delay-charts.js';
import {behindText, linkText, noteText, noteWidth, replicationColumns, stateText} from './replication-columns.js';
import {replicationTree, rootOf, type TreeRow} from './replication-tree.js';

/**
Least time whose writes a backlog should hold, in seconds: the default of `repl-timeout`, after which a broken link is
noticed. A smaller backlog has by then lost writes that the replica needs for a partial resync.
*/
const shortRunwaySeconds = 60;

/** Panel 3: which node replicates from which, how far behind it is, and how long the backlog lasts. */
export const replicationPanel: Panel = {
	id: 'replication',
	interests: [],
	commands: ['INFO'],
	sortKeys: [],
	rowKeys: input => (isWhatIf(input) ? whatIfKeys(input) : shownRows(input).map(({key}) => key)),
	draw: (input, rect) =>
		isWhatIf(input)
			? plainBox(replicationPanel, input, rect, room => whatIfContent(input, room))
			: panelBox(replicationPanel, input, rect, (node, room) => {
					const tree = replicationTree(input.state, input.glyphs);
					const rows = filteredTree(tree, input);
					const source = rootOf(tree, node.address)?.record ?? node;
					const facts =
						node.role === 'sentinel'
							? sentinelLines(node).slice(0, room.height - 4)
							: factLines(
									source,
									watchedLines(source.address, input.state.nodes, nodeFinder(input.state.nodes)),
									input,
									room,
								);
					const list = listBody(
						{
							columns: replicationColumns(input.nowMs),
							rows,
							keyOf: ({key}) => key,
							nodeOf: ({address}) => address,
							sort: undefined,
							table: input.table,
							whenEmpty: 'No node is known.',
							glyphs: input.glyphs,
						},
						{width: room.width, height: room.height - facts.length},
					);
					const notes = noteLines(rows, {width: room.width, height: room.height - facts.length - rows.length - 1});
					const left = room.height - facts.length - list.lines.length - notes.length - 1;
					const delays = delayCharts(rows, source, input, {width: room.width, height: left});
					const flow = chartRow(streamCharts(source), source, input, {
						width: room.width,
						height: left - delays.length,
					});
					const charts = isStale(source, input.nowMs) ? [...delays, ...flow].map(greyed) : [...delays, ...flow];
					return {
						title: titleParts(roleTitle(node, tree), filterTitle(input.table)),
						right: list.range,
						lines: [
							...(isStale(source, input.nowMs) ? facts.map(greyed) : facts),
							...list.lines.slice(0, room.height - facts.length - notes.length),
							...notes,
							...(charts.length === 0 ? [] : [blankLine, ...charts]),
						],
					};
				}),
	holdsData: false,
	nodeOf: (input, rowKey) =>
		isWhatIf(input)
			? whatIfNode(input, rowKey)
			: input.state.nodes.get(rowKey.replace(/ #\d+$/, '') as NodeAddress)?.address,
	rowTitle: 'Node',
	details: (input, rowKey) => {
		if (isWhatIf(input)) {
			return whatIfDetails(input, rowKey);
		}

		const row = replicationTree(input.state, input.glyphs).find(({key}) => key === rowKey);
		return row === undefined ? undefined : treeDetails(row, input.nowMs);
	},
};

/** Charts of what the root writes and sends, for the lines that the tree and the delays leave free. */
const streamCharts = ({series}: NodeRecord) => [
	{title: 'written to the stream, bytes a second', series: series.get('replicationBytes'), format: bytes},
	{title: 'sent in all, bytes a second', series: series.get('networkOutput'), format: bytes},
];

const shownRows = (input: PanelInput): readonly TreeRow[] =>
	input.node?.sample === undefined ? [] : filteredTree(replicationTree(input.state, input.glyphs), input);

function filteredTree(tree: readonly TreeRow[], {table, nowMs}: {table: TableView; nowMs: number}): readonly TreeRow[] {
	return filterRows(tree, table.filter, row =>
		[row.address, row.record?.role ?? 'replica', stateText(row, nowMs), linkText(row)].join(' '),
	);
}

/** Width from which the notes have a column of their own, in cells. */
const widthForNotes = 119 + noteWidth;

/** The notes of all rows, for the lines below the list; as many as fit. */
function noteLines(rows: readonly TreeRow[], {width, height}: Rect): Line[] {
	if (height <= 0 || width >= widthForNotes) {
		return [];
	}

	const noted = rows.filter(row => noteText(row) !== '');
	const lines = noted.flatMap(row =>
		wrapWords(`${row.address}  ${noteText(row)}`, Math.max(10, width - 2), '  ').map(
			(text): Line => [span(` ${text}`, 'dim')],
		),
	);
	return lines.length === 0 ? [] : [blankLine, ...lines].slice(0, height);
}

/** The node's role for the title, such as `127.0.0.1:7002 is a replica of 127.0.0.1:7001`. */
function roleTitle(node: NodeRecord, tree: readonly TreeRow[]): string {
	const replicas = tree.filter(({source}) => source === node.address).length;
	const serves = replicas === 0 ? '' : `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
	const source = tree.find(({address}) => address === node.address)?.source;
	if (node.role === 'replica') {
		return titleParts(`${node.address} replica of ${source ?? '-'}`, serves);
	}

	return `${node.address} ${node.role}, ${serves === '' ? 'no replica' : serves}`;
}

/**
The lines about the backlog and the resyncs of `source`, the tree's root. In a low panel there are fewer lines, because
the tree has precedence.
*/
function factLines(source: NodeRecord, watched: readonly Line[], {glyphs}: PanelInput, {width, height}: Rect): Line[] {
	const peculiar = [...sharingLines(source), ...readerLines(source)];
	const lines = [
		[...backlogFacts(source)],
		[
			span(' resyncs  ', 'label'),
			span(`full ${counter(source, 'sync_full')}, partial ${counter(source, 'sync_partial_ok')}, partial refused `),
			span(counter(source, 'sync_partial_err')),
			span('  id ', 'label'),
			span(source.sample?.info.text('replication', 'master_replid')?.slice(0, 12) ?? '-'),
		],
		writesFact(source, glyphs, width),
		...peculiar,
		...watched,
		blankLine,
	];
	return height >= 11 + watched.length + peculiar.length
		? lines
		: height >= 7
			? lines.slice(0, 3)
			: height >= 5
				? lines.slice(0, 1)
				: [];
}

/**
Addresses that several replicas announce. A client that connects to such an address reaches only one of the replicas.
*/
const sharingLines = ({replicas}: NodeRecord): Line[] =>
	sharedAddresses(replicas).map(address => {
		const count = replicas.filter(link => link.address === address).length;
		return [span(' shared   ', 'label'), span(`! ${count} replicas announce ${address}: clients reach one`, 'warning')];
	});

/**
A line for each tool that reads the replication stream, with its state and its lag. Such a tool sends no
acknowledgement. The `lag` that INFO reports for it is therefore the time since the tool came online.
*/
const readerLines = ({sample}: NodeRecord): Line[] =>
	(sample === undefined ? [] : streamReaders(sample.info)).map(({host, state, lagSeconds}) => [
		span(' reader   ', 'label'),
		span(
			`${host} reads the stream, no replica: ${state}${lagSeconds === undefined ? '' : ` for ${seconds(lagSeconds)}`}`,
		),
	]);

function backlogFacts(source: NodeRecord): Span[] {
	const info = source.sample?.info;
	const size = info?.number('replication', 'repl_backlog_size');
	const filled = info?.number('replication', 'repl_backlog_histlen');
	const label = span(' backlog  ', 'label');
	if (info?.number('replication', 'repl_backlog_active') === 0) {
		return [label, span(`off on ${source.address}: it has had no replica (size ${bytes(size)})`)];
	}

	// The server keeps the backlog in blocks, so the backlog may hold a little more than `repl_backlog_size`.
	const isFull = filled !== undefined && size !== undefined && filled >= size;
	const fill = isFull ? `${bytes(size)}, full, ` : `${bytes(filled)} of ${bytes(size)} filled, `;
	return [label, span(fill), runwayFact(source, size, isFull ? undefined : filled)];
}

/**
The bytes of the backlog divided by the written bytes per second: how long a replica may be away without a full resync.

@param filled The bytes that the backlog holds while it is not full; undefined once it is full.
*/
function runwayFact({values}: NodeRecord, size: number | undefined, filled: number | undefined): Span {
	const rate = values.get('replicationBytes');
	if (size === undefined || rate === undefined) {
		return span('covers -');
	}

	if (rate === 0) {
		return span('no writes now');
	}

	const runway = size / rate;
	return runway < shortRunwaySeconds
		? span(`! covers only ${seconds(runway)} of writes`, 'warning')
		: span(
				filled === undefined
					? `covers ${seconds(runway)} of writes`
					: `covers ${seconds(filled / rate)} of writes, ${seconds(runway)} once full`,
			);
}

function writesFact(source: NodeRecord, glyphs: Glyphs, width: number): Line {
	const series = source.series.get('replicationBytes');
	const offset = `  at offset ${fieldText(source, 'replication', 'master_repl_offset', grouped)}`;
	const cells = Math.max(0, Math.min(60, width - 24 - source.address.length - offset.length));
	const history = series === undefined ? '' : sparkline(series.groups(cells, readingsPerCell(cells)), cells, glyphs);
	return [
		span(' writes   ', 'label'),
		span(metricText(source, 'replicationBytes').padEnd(9)),
		span(history, 'accent'),
		span(offset, 'label'),
		span(` on ${source.address}`, 'label'),
	];
}

const counter = (source: NodeRecord, field: string): string => fieldText(source, 'stats', field, grouped);

function treeDetails(row: TreeRow, nowMs: number): Array<readonly [string, string]> {
	const {record, link} = row;
	const replication = record?.sample?.info.fields('replication') ?? new Map<string, string>();
	return [
		['node', row.address],
		['replicates from', row.source ?? '-'],
		['state', stateText(row, nowMs)],
		['its link', linkText(row)],
		['behind', behindText(row)],
		[
			'last ACK',
			link?.ackAgeSeconds === undefined || row.sourceRecord?.failure !== undefined
				? '-'
				: `${seconds(link.ackAgeSeconds)} ago`,
		],
		['offset', grouped(link?.offset)],
		['backlog filled', percent(backlogShare(record))],
		...replication,
	];
}

function backlogShare(record: NodeRecord | undefined): number | undefined {
	const size = record?.sample?.info.number('replication', 'repl_backlog_size');
	const filled = record?.sample?.info.number('replication', 'repl_backlog_histlen');
	return size === undefined || filled === undefined || size === 0 ? undefined : filled / size;
}
