import type {LinkDirection, LinkGap} from '../../domain/bus-links.js';
import type {NodeAddress, NodeId} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {type Line, span} from '../../text/line.js';
import {ageSince, bytes} from '../../text/units.js';

/** Returns the name that the screen shows for a cluster node, by its cluster id. */
export type NameOf = (id: NodeId) => string;

/** Largest number of cluster nodes that a text names. Further nodes are only counted. */
const namedPeers = 4;

function peersText(gaps: readonly LinkGap[], direction: LinkDirection, nameOf: NameOf): string | undefined {
	const peers = gaps.filter(gap => gap.direction === direction).map(({peer}) => nameOf(peer));
	const more = peers.length > namedPeers ? ` and ${peers.length - namedPeers} more` : '';
	return peers.length === 0 ? undefined : `${direction} ${peers.slice(0, namedPeers).join(', ')}${more}`;
}

/**
A node's links of the cluster bus as label and value pairs, for the details box. Empty for a node without cluster mode.
*/
export function busLinkDetails(
	{busLinks, clusterInfo}: NodeRecord,
	nameOf: NameOf,
	nowMs: number,
): Array<readonly [string, string]> {
	if (busLinks === undefined) {
		return clusterInfo === undefined ? [] : [['bus links', 'not read']];
	}

	const {present, expected, gaps, unsentBytes, backlogs} = busLinks.value;
	const missing = (['to', 'from'] as const).flatMap(direction => peersText(gaps, direction, nameOf) ?? []);
	const unsentText = backlogs.length === 0 ? '' : `, ${bytes(unsentBytes)} unsent`;
	const closed = clusterInfo?.value.get('total_cluster_links_buffer_limit_exceeded');
	return [
		['bus links', `${present} of ${expected}${unsentText}, read ${ageSince(busLinks.atMs, nowMs)} ago`],
		...missing.map(text => ['no bus link', text] as const),
		...backlogs.map(
			({direction, peer, unsentBytes: waiting}) =>
				['unsent', `${bytes(waiting)} ${direction} ${nameOf(peer)}`] as const,
		),
		...(closed === undefined || closed === '0' ? [] : [['closed over full buffers', closed] as const]),
	];
}

/**
How many of the expected cluster bus links exist, summed over all nodes whose links were read: `links 60 of 60`. Empty
if the links of no node were read.
*/
export function busLinkFact(nodes: ReadonlyMap<NodeAddress, NodeRecord>): Line {
	const inCluster = [...nodes.values()].filter(({clusterInfo, failure}) => clusterInfo !== undefined && !failure);
	const read = inCluster.flatMap(({busLinks}) => busLinks?.value ?? []);
	if (read.length === 0) {
		return [];
	}

	const sum = (part: 'present' | 'expected' | 'unsentBytes') => read.reduce((total, each) => total + each[part], 0);
	const [present, expected, unsent] = [sum('present'), sum('expected'), sum('unsentBytes')];
	const isShort = present < expected;
	return [
		span('  links ', 'label'),
		span(`${isShort ? '! ' : ''}${present} of ${expected}`, isShort ? 'warning' : 'plain'),
		...(read.length < inCluster.length ? [span(` on ${read.length} nodes`, 'dim')] : []),
		...(unsent >= shownUnsentBytes ? [span(`, ${bytes(unsent)} unsent`, 'warning')] : []),
	];
}

/**
Least number of unsent bytes, summed over all cluster bus links, that is shown. Busy links reach smaller sums for
moments.
*/
const shownUnsentBytes = 1024 * 1024;
