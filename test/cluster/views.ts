import {type ClusterComparison, compareViews} from '../../source/cluster/comparison.js';
import {type ConditionStarts, noConditionStarts, updateConditionStarts} from '../../source/cluster/condition-since.js';
import type {NodeView} from '../../source/cluster/node-view.js';
import type {ClusterVerdict} from '../../source/cluster/verdict.js';
import {clusterVerdicts} from '../../source/cluster/verdicts.js';
import type {ClusterInfo} from '../../source/domain/cluster.js';
import type {NodeAddress, NodeId} from '../../source/domain/node.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';

/** `17050` → the id of the node on that port. */
export const idOf = (port: number | string): NodeId => String(port).padEnd(40, '0') as NodeId;
export const nameOf = (port: number | string): NodeAddress => `127.0.0.1:${port}` as NodeAddress;

/** The trace's cluster: three primaries, each with a replica. */
export const six = [
	'17050 master 1 0-5460',
	'17051 master 3 5461-10922',
	'17052 master 5 10923-16383',
	'17053 slave:17050 1',
	'17054 slave:17051 3',
	'17055 slave:17052 5',
];

export type ViewParts = {
	/** Lines that replace those of `lines`, each `port flags epoch slots…`; flags may end with `:port` of the primary. */
	readonly changed?: readonly string[];
	readonly lines?: readonly string[];
	readonly state?: string;
	readonly epoch?: number;
	readonly atMs?: number;
	readonly keys?: number;
	readonly replica?: NodeView['replica'];
	readonly uptimeSeconds?: number;
};

/** A view as the parser makes it of a reply. */
export function viewFrom(port: number, parts: ViewParts = {}): NodeView {
	const {changed = [], lines = six, state = 'ok', epoch = 6, atMs = 0, keys, replica, uptimeSeconds} = parts;
	const portOf = (line: string) => line.split(' ')[0];
	const shown = [
		...lines.map(line => changed.find(other => portOf(other) === portOf(line)) ?? line),
		...changed.filter(line => !lines.some(other => portOf(other) === portOf(line))),
	];
	const info: ClusterInfo = new Map([
		['cluster_state', state],
		['cluster_current_epoch', String(epoch)],
	]);
	return {
		address: nameOf(port),
		atMs,
		nodes: parseClusterNodes(shown.map(line => replyLine(line, port)).join('\n')),
		info,
		keys,
		replica,
		uptimeSeconds,
	};
}

function replyLine(line: string, self: number): string {
	const [port = '', words = '', epoch = '0', ...slots] = line.split(' ');
	const [flags = '', primary] = words.split(':');
	const shownFlags = Number(port) === self ? `myself,${flags}` : flags;
	const bus = `${nameOf(port)}@${Number(port) + 20}`;
	return [
		idOf(port),
		bus,
		shownFlags,
		primary === undefined ? '-' : idOf(primary),
		0,
		0,
		epoch,
		'connected',
		...slots,
	].join(' ');
}

/** The views of all six, each like the others but for what is given by its port. */
export const sixViews = (parts: Readonly<Record<number, ViewParts>> = {}, all: ViewParts = {}): NodeView[] =>
	[17050, 17051, 17052, 17053, 17054, 17055].map(port => viewFrom(port, {...all, ...parts[port]}));

export type Compared = {
	readonly comparison: ClusterComparison;
	readonly conditionStarts: ConditionStarts;
	readonly verdicts: readonly ClusterVerdict[];
};

/** Compares the views of several polls, one after the other. The verdicts are those after the last poll. */
export function verdictsAfter(
	rounds: ReadonlyArray<readonly NodeView[]>,
	{nodeTimeoutMs = 2000, unreached = [] as readonly NodeAddress[]} = {},
): Compared {
	let conditionStarts = noConditionStarts;
	let comparison = compareViews({views: [], unreached: []});
	for (const views of rounds) {
		comparison = compareViews({views, unreached: unreached.map(address => ({address, id: undefined}))});
		conditionStarts = updateConditionStarts(conditionStarts, comparison);
	}

	const nowMs = Math.max(0, ...comparison.views.map(({atMs}) => atMs));
	return {comparison, conditionStarts, verdicts: clusterVerdicts({comparison, conditionStarts, nodeTimeoutMs, nowMs})};
}

/** The same views, told later. */
export const later = (views: readonly NodeView[], byMs: number): NodeView[] =>
	views.map(view => ({...view, atMs: view.atMs + byMs}));
