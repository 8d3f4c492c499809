import type {ClusterNode} from '../../../domain/cluster.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeState} from '../../../domain/node.js';
import type {Baseline} from '../../../state/monitor-state.js';
import {longerMark} from '../../../state/node-problem.js';
import type {Column} from '../../../text/columns.js';
import type {Tone} from '../../../text/line.js';
import {ageSince, grouped, shortAgeSince, signed} from '../../../text/units.js';
import type {SortKey} from '../../panel.js';
import {type ClusterRow, slotCountOf, slotText} from './cluster-rows.js';

/** The sort keys of the list. The default order is by shard. */
export const clusterSortKeys: readonly SortKey[] = [
	{id: 'shard', title: 'shard'},
	{id: 'node', title: 'address'},
	{id: 'role', title: 'role'},
	{id: 'state', title: 'state'},
	{id: 'count', title: 'slots'},
	{id: 'epoch', title: 'epoch'},
	{id: 'link', title: 'link'},
];

/** Returns the function that gives a row's value for a sort key; undefined for the default order. */
export function clusterSortValue(id: string | undefined): ((row: ClusterRow) => number | string) | undefined {
	switch (id) {
		case 'node':
			return row => row.address;
		case 'role':
			return roleText;
		case 'state':
			return row => ({critical: 2, warning: 1, plain: 0})[grade(row)];
		case 'count':
			return row => row.slotCount;
		case 'epoch':
			return row => row.node.configEpoch;
		case 'link':
			return row => row.node.linkState;
		default:
			return undefined;
	}
}

export const clusterText = (row: ClusterRow): string =>
	[row.address, row.node.id, row.node.hostname, roleText(row), stateText(row), row.node.linkState, row.primary].join(
		' ',
	);

const roleText = ({isReplica, node}: ClusterRow): string =>
	isReplica ? 'replica' : node.flags.has('master') ? 'primary' : '-';

type Grade = 'plain' | 'warning' | 'critical';

/**
The worse of two grades of a node. One grade is for the flags that the node in focus reports of the node. The other is
for whether redis-top itself reaches the node.
*/
function grade({node, record}: ClusterRow): Grade {
	if (node.flags.has('fail') || record?.reach === 'down' || record?.reach === 'refusing' || record?.reach === 'busy') {
		return 'critical';
	}

	const isDoubtful = ['fail?', 'handshake', 'noaddr'].some(flag => node.flags.has(flag));
	return isDoubtful || record?.reach === 'stale' || record?.reach === 'loading' ? 'warning' : 'plain';
}

/**
The node's flags without its role: `fail`, `fail?`, `handshake`, `noaddr`, `nofailover`. It is `ok` if there are no
other flags and redis-top reaches the node.
*/
function stateText(row: ClusterRow): string {
	const roles = new Set(['myself', 'master', 'slave', 'noflags']);
	const flags = [...row.node.flags].filter(flag => !roles.has(flag));
	const mark = {plain: '', warning: '! ', critical: '!! '}[grade(row)];
	// A node that redis-top does not reach is not `ok`, even if an older cluster view says so. It has `-` here, and the
	// column SEEN says what is wrong.
	const calm = mark === '' ? 'ok' : '-';
	return `${mark}${flags.length === 0 ? calm : flags.join(',')}`;
}

/** Whether redis-top reaches a node, in a word short enough for the column SEEN. */
const reachWords: Readonly<Record<NodeState, string>> = {
	up: 'up',
	connecting: 'no data',
	stale: 'no reply',
	loading: 'load',
	busy: 'busy',
	refusing: 'refuses',
	down: 'down',
};

/**
The cell of the column SEEN, whether redis-top itself reaches the node: `up`, `no reply`, `down 12s`. `down>12s` for a
node that it never reached, `-` for a node that it does not poll.
*/
function reachText({record}: ClusterRow, nowMs: number): string {
	if (record === undefined) {
		return '-';
	}

	const {reach} = record;
	const sinceMs = record.failingSinceMs ?? record.pendingSinceMs;
	const isWholeWord = reach === 'up' || reach === 'connecting' || reach === 'refusing' || reach === 'stale';
	return isWholeWord || sinceMs === undefined
		? reachWords[reach]
		: `${reachWords[reach]}${longerMark(record) || ' '}${shortAgeSince(sinceMs, nowMs)}`;
}

/**
The columns of the list. Ages are counted up to `nowMs`. While a baseline is set, slots and epochs are shown as changes.

@param focus The address of the node in focus, which has a star.
@param show Returns the text for an address. A narrow list names nodes by their ports if they are on one host.
*/
export function clusterColumns(
	nowMs: number,
	since: Baseline | undefined,
	focus: string | undefined,
	show: (address: string) => string = address => address,
): ReadonlyArray<Column<ClusterRow>> {
	return [
		{
			id: 'shard',
			title: 'SHARD',
			align: 'right',
			minWidth: 6,
			priority: 3,
			text: ({shard}) => (shard === undefined ? '-' : String(shard)),
		},
		{
			id: 'node',
			title: 'NODE',
			minWidth: 16,
			maxWidth: 40,
			isEssential: true,
			priority: 1,
			text: row => nodeText(row, focus, show),
		},
		{id: 'role', title: 'ROLE', minWidth: 7, priority: 1, text: roleText},
		{
			id: 'state',
			title: 'FLAGS',
			minWidth: 8,
			maxWidth: 20,
			isEssential: true,
			priority: 1,
			text: stateText,
			tone: grade,
		},
		{
			id: 'reach',
			title: 'SEEN',
			minWidth: 8,
			priority: 4,
			text: row => reachText(row, nowMs),
			tone: row => (row.record === undefined ? 'dim' : grade(row)),
		},
		{id: 'link', title: 'LINK', minWidth: 6, priority: 5, text: linkText, tone: linkTone},
		{
			id: 'count',
			title: 'SLOTS',
			align: 'right',
			minWidth: 6,
			priority: 2,
			text: row => (row.isReplica ? '-' : changing(row, since, ({slots}) => slotCountOf(slots))),
		},
		{id: 'ranges', title: 'RANGES', minWidth: 11, maxWidth: 60, isFlexible: true, priority: 6, text: rangeText},
		{
			id: 'epoch',
			title: 'EPOCH',
			align: 'right',
			minWidth: 5,
			maxWidth: 9,
			priority: 7,
			text: row => changing(row, since, ({configEpoch}) => configEpoch),
		},
		{
			id: 'ping',
			title: 'PONG AGE',
			align: 'right',
			minWidth: 9,
			priority: 8,
			text: row => pongText(row, nowMs, shortAgeSince),
		},
		{
			id: 'primary',
			title: 'REPLICATES FROM',
			minWidth: 16,
			maxWidth: 40,
			priority: 9,
			text: ({primary}) => (primary === undefined ? '-' : show(primary)),
		},
	];
}

const nodeText = (
	{address, isReplica}: ClusterRow,
	focus: string | undefined,
	show: (address: string) => string,
): string => `${isReplica ? ' ' : ''}${show(address)}${address === focus ? ' *' : ''}`;

/**
The state of the cluster bus link to this node from the node whose CLUSTER NODES is shown; `-` for that node itself.
*/
const linkText = ({node}: ClusterRow): string =>
	node.flags.has('myself') ? '-' : node.linkState === 'connected' ? 'ok' : '! down';

const linkTone = ({node}: ClusterRow): Tone =>
	node.linkState === 'connected' || node.flags.has('myself') ? 'plain' : 'warning';

const rangeText = ({node, isReplica}: ClusterRow): string => (isReplica ? '' : slotText(node.slots));

const nodesById = memoizeByRef((nodes: readonly ClusterNode[]) => new Map(nodes.map(node => [node.id, node])));

/**
A number from the node's line in CLUSTER NODES. While a baseline is set, it is the change since the baseline; a node
that joined after the baseline counts from 0.
*/
function changing({node}: ClusterRow, since: Baseline | undefined, read: (node: ClusterNode) => number): string {
	if (since === undefined) {
		return grouped(read(node));
	}

	const before = since.clusterNodes && nodesById(since.clusterNodes).get(node.id);
	return signed(since.clusterNodes && read(node) - (before === undefined ? 0 : read(before)), grouped);
}

/** The time since the node's last PONG on the cluster bus, or how long a PING to the node has waited for its PONG. */
export function pongText({node}: ClusterRow, nowMs: number, ageText = ageSince): string {
	if (node.flags.has('myself')) {
		return '-';
	}

	if (node.pingSentMs > 0) {
		return `waits ${ageText(node.pingSentMs, nowMs)}`;
	}

	return node.pongReceivedMs > 0 ? ageSince(node.pongReceivedMs, nowMs) : '-';
}
