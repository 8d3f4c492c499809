import {isFullBad} from '../../../derive/outage-figures.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import {limitsOf} from '../../../domain/threshold.js';
import {nodesIn, nodesOf, type Shard, type TopologyNode} from '../../../domain/topology.js';
import {memMax} from '../../../rules/memory-limit.js';
import {repLagBytes} from '../../../rules/replication-lag.js';
import type {MonitorState, NodeRecord, ReplicaLink} from '../../../state/monitor-state.js';
import {rankedFindings} from '../../../state/verdict.js';
import type {TableView} from '../../../state/view-state.js';
import {cellWidth} from '../../../text/cell-width.js';
import type {Column} from '../../../text/columns.js';
import type {Glyphs} from '../../../text/glyphs.js';
import type {Tone} from '../../../text/line.js';
import {filterRows, heldRows, sortRows} from '../../../text/list.js';
import {readingsPerCell, sparkline} from '../../../text/sparkline.js';
import {bytes, milliseconds, percent, seconds, shortAgeSince, shortSeconds} from '../../../text/units.js';
import {topologyOf} from '../../../topology/topology.js';
import {nodesInOrder} from '../../node-order.js';
import type {PanelInput, SortKey} from '../../panel.js';
import {metricText} from '../changes.js';
import {memoryLimit} from '../memory/memory-facts.js';
import {type Grade, grade, marked} from '../severity-cells.js';
import {listedLinks} from './listed-links.js';
import {isLongPending, stateCell, stateOf} from './node-state.js';

export type NodeRow = {
	readonly record: NodeRecord;
	/** True for the node in focus, whose figures the other cards show. */
	readonly isShown: boolean;
	readonly place: TopologyNode | undefined;
	readonly shard: Shard | undefined;
	/**
	A replica's entry in the INFO of its primary; undefined for any other node, and for a replica that its primary does
	not list.
	*/
	readonly link: ReplicaLink | undefined;
	/** Whether the primary with that entry does not answer. The entry then is from before the failure. */
	readonly isLinkOld: boolean;
	/** Whether a Sentinel lists the node as a replica, as it lists a primary that it has replaced. */
	readonly isListedReplica?: boolean;
	/** Whether the replica's primary answers, so that a missing entry says something about the replica. */
	readonly isSourceUp?: boolean;
	/** The severity of the node's worst finding; undefined without warnings and critical findings. */
	readonly worst?: 'critical' | 'warning' | undefined;
};

export const nodeSortKeys: readonly SortKey[] = [
	{id: 'operations', title: 'ops/s'},
	{id: 'memory', title: 'memory'},
	{id: 'clients', title: 'clients'},
	{id: 'behind', title: 'behind'},
	{id: 'state', title: 'state'},
	{id: 'address', title: 'address'},
];

const sortValues: Readonly<Record<string, (row: NodeRow, nowMs: number) => number | string | undefined>> = {
	operations: ({record}) => record.values.get('operations'),
	memory: ({record}) => record.values.get('usedMemory'),
	clients: ({record}) => record.values.get('connectedClients'),
	behind: ({link}) => link?.behindBytes,
	state: ({record}, nowMs) => stateOf(record, nowMs).rank,
	address: ({record}) => record.address,
};

/**
The list of nodes. By default it is ordered by shard, each primary with its replicas below it, and shards with failing
nodes come first.
*/
export function nodeRows({state, node, table, positions, nowMs}: PanelInput): readonly NodeRow[] {
	const rows = rowsWithFindings(state).map(row =>
		row.record.address === node?.address ? {...row, isShown: true} : row,
	);
	const filtered = filterRows(rows, table.filter, ({record, shard, place}) =>
		[record.address, record.role, stateOf(record, nowMs).text, record.reach, shard?.name, place?.zone].join(' '),
	);
	const sortValue = sortValues[table.sort ?? ''];
	return sortValue === undefined
		? failingShardsFirst(filtered, nowMs)
		: heldRows(
				sortRows(filtered, row => sortValue(row, nowMs), table.isInverted),
				({record}) => record.address,
				positions,
			);
}

/**
The sort keys whose values change with each reading, so that the list keeps its order for some seconds. With any other
sort key, the order changes only when something happens to a node.
*/
const restlessSorts: ReadonlySet<string | undefined> = new Set(['operations', 'memory', 'clients', 'behind']);
export const isNodeOrderHeld = ({sort}: TableView): boolean => restlessSorts.has(sort);

/**
The urgency of a node: 2 for a primary that does not answer, and 1 for any other node that does not answer. It is also 1
for a node that answers and has a critical finding, and 0 for all others.
*/
function urgency({record, worst}: NodeRow, nowMs: number): number {
	const {reach, role, goneSinceMs} = record;
	if (goneSinceMs !== undefined) {
		return 0;
	}

	const isNotResponding =
		reach !== 'up' && reach !== 'connecting' && (reach !== 'stale' || isLongPending(record, nowMs));
	return isNotResponding ? (role === 'primary' ? 2 : 1) : worst === 'critical' ? 1 : 0;
}

/** Sorts shards by their most urgent node, so that a short list shows that node. Nodes of a shard stay together. */
function failingShardsFirst(rows: readonly NodeRow[], nowMs: number): readonly NodeRow[] {
	const urgencies = new Map<Shard | NodeRow, number>();
	const groupOf = (row: NodeRow) => row.shard ?? row;
	for (const row of rows) {
		const own = urgency(row, nowMs);
		if (own > 0) {
			urgencies.set(groupOf(row), Math.max(own, urgencies.get(groupOf(row)) ?? 0));
		}
	}

	return urgencies.size === 0 ? rows : sortRows(rows, row => urgencies.get(groupOf(row)) ?? 0);
}

/** The severity of the worst active finding of each node. Findings that another finding explains don't count. */
const worstByNode = (state: MonitorState): ReadonlyMap<string, 'critical' | 'warning'> => {
	const worst = new Map<string, 'critical' | 'warning'>();
	for (const {finding, severity, causeKey} of rankedFindings(state)) {
		const counts = finding.clearedAtMs === undefined && causeKey === undefined && finding.node !== undefined;
		if (counts && severity !== 'info' && worst.get(finding.node) !== 'critical') {
			worst.set(finding.node, severity);
		}
	}

	return worst;
};

/** All nodes in order with their worst findings. The node in focus is not marked yet. */
const rowsWithFindings = memoizeByRef((state: MonitorState): readonly NodeRow[] => {
	const worst = worstByNode(state);
	const rows = placedNodes(state.nodes);
	return worst.size === 0
		? rows
		: rows.map(row => (worst.has(row.record.address) ? {...row, worst: worst.get(row.record.address)} : row));
});

/** All nodes in order with their places in the deployment, before findings are added. */
const placedNodes = memoizeByRef((nodes: MonitorState['nodes']): readonly NodeRow[] => {
	const links = listedLinks(nodes);
	const topology = topologyOf(nodes);
	const listed = listedReplicas(nodes);
	const shards = new Map(
		topology.shards.flatMap(shard => nodesOf(shard).map(({address}) => [address, shard] as const)),
	);
	const places = new Map(nodesIn(topology).map(place => [place.address, place]));
	return nodesInOrder({nodes}).map(record => ({
		record,
		place: places.get(record.address),
		shard: shards.get(record.address),
		isShown: false,
		link: links.get(record.address)?.link,
		isLinkOld: links.get(record.address)?.isOld ?? false,
		isListedReplica: listed.has(record.address),
		isSourceUp: isAnswering(places.get(record.address)?.source, nodes),
	}));
});

/** The addresses that Sentinels list as replicas of their primaries. */
const listedReplicas = (nodes: MonitorState['nodes']): ReadonlySet<string> =>
	new Set(
		[...nodes.values()].flatMap(({failure, sentinel}) =>
			failure === undefined
				? (sentinel?.value.primaries ?? []).flatMap(({replicas = []}) => replicas.map(({address}) => address))
				: [],
		),
	);

/** Whether the node that a replica replicates from answers. It is true if that node is unknown. */
const isAnswering = (source: TopologyNode['source'], nodes: MonitorState['nodes']): boolean =>
	source === undefined || nodes.get(source)?.failure === undefined;

/** Short words for the state of a replica that is not online, as its primary reports it. */
const linkWords: Readonly<Record<string, string>> = {
	wait_bgsave: 'awaits',
	send_bulk: 'syncing',
	send_bulk_and_stream: 'syncing',
	bg_transfer: 'syncing',
};

/**
How far a replica is behind its primary, in bytes and seconds; unknown seconds are `-`. It is `unlisted` if the primary
answers and does not list the replica. A node that has become a primary shows `-`, even while its old primary still lists it. For a
replica whose primary does not answer, the bytes are the last known ones, and the seconds are unknown.
*/
export function behindText({record, link, isLinkOld, isSourceUp = true}: NodeRow): string {
	if (record.role === 'primary') {
		return '-';
	}

	if (link === undefined) {
		return record.role === 'replica' && record.sample !== undefined && isSourceUp ? 'unlisted' : '-';
	}

	if (link.state !== 'online') {
		return linkWords[link.state] ?? link.state;
	}

	return `${bytes(link.behindBytes)} ${shortSeconds(isLinkOld ? undefined : link.behindSeconds).padStart(3)}`;
}

/** Width of the column BEHIND, in cells. It has room for bytes and a delay with the mark of its grade: `86.0M !!24s`. */
const behindWidth = 11;

/**
How far a replica is behind. The mark of its grade stands before the delay. If both do not fit, only the delay is shown.
*/
function gradedBehind(row: NodeRow): string {
	const text = behindText(row);
	const of = behindGrade(row);
	if (of === 'plain' || row.link?.state !== 'online') {
		return text;
	}

	const behindSeconds = shortSeconds(row.link?.behindSeconds);
	const both = `${bytes(row.link?.behindBytes)} ${marked(behindSeconds, of, '')}`;
	return cellWidth(both) <= behindWidth ? both : marked(behindSeconds, of, '');
}

/**
The used share of maxmemory as text, at most four cells, so that a mark has room beside it; `none` when maxmemory is not
set. A share below 1 is never shown as 100 %.
*/
function fullText({record}: NodeRow): string {
	const limit = memoryLimit(record);
	const isNearlyFull = limit?.ratio !== undefined && limit.ratio >= 0.995 && limit.ratio < 1;
	return limit?.source === 'system' ? 'none' : isNearlyFull ? '99%' : percent(limit?.ratio);
}

/**
The grade of a node's memory by the rule `mem.max`. It is plain for a node that does not answer or has no maxmemory, for
a replica, and for a cache with an `allkeys-*` policy.
*/
function fullGrade({record}: NodeRow): Grade {
	const limit = memoryLimit(record);
	return limit?.source === 'maxmemory' && record.reach === 'up' && isFullBad(record)
		? grade(limit.ratio, limitsOf(memMax, record.thresholds))
		: 'plain';
}

/** The grade of a replica's delay, the age of its data, by the rule `rep.lag_bytes`. */
const behindGrade = ({record, link, isLinkOld}: NodeRow): Grade =>
	record.role === 'replica' && record.reach === 'up' && !isLinkOld
		? grade(link?.behindSeconds, limitsOf(repLagBytes, record.thresholds))
		: 'plain';

/** The role that the node reports; of a node that never answered, the role that other nodes report. */
function roleText({record, place, isListedReplica}: NodeRow): string {
	const told = place?.role ?? 'unknown';
	return record.role !== 'unknown' ? record.role : told === 'unknown' && isListedReplica ? 'replica' : told;
}

const roleTone = ({record}: NodeRow): Tone => (record.role === 'unknown' ? 'dim' : 'plain');

/** The tone of a node's figures. Figures of a node that doesn't answer are dim; the column AGE has their age. */
const figureTone = ({record}: NodeRow): Tone => (record.reach === 'up' ? 'plain' : 'dim');

const gradedTone =
	(gradeOf: (row: NodeRow) => Grade) =>
	(row: NodeRow): Tone =>
		gradeOf(row) === 'plain' ? figureTone(row) : gradeOf(row);

/** Width of the sparkline of a node, in cells. */
const trendWidth = 12;

/** The operations of the last minute as a sparkline, newest at the right. */
function operationsTrend({record: {series}}: NodeRow, glyphs: Glyphs): string {
	const readings = series.get('operations')?.groups(trendWidth, readingsPerCell(trendWidth));
	return readings === undefined ? '' : sparkline(readings, trendWidth, glyphs);
}

/**
The columns of the list of nodes.

@param isChange True while a baseline is set. Figures are then changes since the baseline.
*/
export function nodeColumns(nowMs: number, glyphs: Glyphs, isChange = false): ReadonlyArray<Column<NodeRow>> {
	const figure = (
		id: string,
		title: string,
		minWidth: number,
		priority: number,
		text: (row: NodeRow) => string,
	): Column<NodeRow> => ({id, title, align: 'right', minWidth, priority, text, tone: figureTone});
	return [
		{
			id: 'address',
			title: 'NODE',
			minWidth: 19,
			maxWidth: 39,
			isEssential: true,
			priority: 1,
			text: ({record, isShown, place}) =>
				`${'  '.repeat(Math.min(3, place?.depth ?? 0))}${record.address}${isShown ? ' *' : ''}`,
		},
		{id: 'role', title: 'ROLE', minWidth: 8, priority: 3, text: roleText, tone: roleTone},
		{
			id: 'state',
			title: 'STATE',
			minWidth: 11,
			priority: 1,
			text: row => stateCell(row, nowMs).text,
			tone: row => stateCell(row, nowMs).tone,
		},
		figure('operations', isChange ? 'OPS' : 'OPS/S', isChange ? 6 : 5, 2, ({record}) =>
			metricText(record, 'operations').replace('/s', ''),
		),
		{
			id: 'trend',
			title: 'OPS, 1 min',
			minWidth: trendWidth,
			priority: 12.5,
			text: row => operationsTrend(row, glyphs),
			tone: figureTone,
		},
		figure('memory', 'USED', isChange ? 6 : 5, 4, ({record}) => metricText(record, 'usedMemory')),
		{
			...figure('full', isChange ? '%MAX' : 'OF MAX', isChange ? 5 : 6, 6, row =>
				marked(fullText(row), fullGrade(row), ''),
			),
			tone: gradedTone(fullGrade),
		},
		figure('clients', 'CLIENTS', 7, 7, ({record}) => metricText(record, 'connectedClients')),
		{
			...figure('behind', 'BEHIND', behindWidth, 4, gradedBehind),
			tone: row => (row.isLinkOld ? 'dim' : gradedTone(behindGrade)(row)),
		},
		figure('trip', 'TRIP', 7, 9, ({record}) =>
			milliseconds(record.failure === undefined ? record.sample?.roundTripMs : undefined),
		),
		figure('version', 'VERSION', 8, 10, ({record}) => versionOf(record)),
		figure('uptime', 'UPTIME', 6, 11, ({record}) => seconds(record.sample?.info.number('server', 'uptime_in_seconds'))),
		figure('keys', 'KEYS', 6, 8, ({record}) => metricText(record, 'keys')),
		figure('slots', 'SLOTS', 5, 12, ({place}) => (place?.slotCount ? String(place.slotCount) : '-')),
		figure('link', 'LINK', 7, 12, ({place}) => place?.link ?? '-'),
		figure('epoch', 'EPOCH', 5, 13, ({place}) => String(place?.configEpoch ?? '-')),
		{id: 'shard', title: 'SHARD', minWidth: 8, maxWidth: 16, priority: 14, text: ({shard}) => shard?.name ?? '-'},
		{id: 'word', title: 'REPORTER', minWidth: 8, maxWidth: 16, priority: 15, text: reporterText},
		{
			id: 'zone',
			title: 'ZONE',
			minWidth: 6,
			maxWidth: 14,
			priority: 16,
			text: ({place}) => place?.zone ?? place?.host ?? '-',
		},
		figure('age', 'AGE', 4, 5, ({record}) => shortAgeSince(record.lastReplyAtMs, nowMs)),
	];
}

/** The node that reported this node's role and slots; `-` when the node reported them itself. */
export const reporterText = ({place}: NodeRow): string =>
	place?.word === undefined ? '-' : place.word.kind === 'other' ? place.word.teller : place.word.kind;

export function versionOf({sample}: NodeRecord): string {
	return sample?.info.text('server', 'valkey_version') ?? sample?.info.text('server', 'redis_version') ?? '-';
}
