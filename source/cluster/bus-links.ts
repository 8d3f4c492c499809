import type {BusLink, BusLinks, LinkBacklog, LinkDirection, LinkGap} from '../domain/bus-links.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';

/** A link at rest has 48 bytes, and a busy one some kilobytes for a moment. */
const leastBacklogBytes = 64 * 1024;
const backlogsKept = 8;

/** Peers with whom no link is kept: not met yet, unreachable, or given up. */
const unlinked = ['myself', 'handshake', 'noaddr', 'fail', 'fail?'];

const keyOf = ({direction, peer}: {readonly direction: LinkDirection; readonly peer: NodeId}) => `${direction} ${peer}`;

/**
A node's links held against the peers it knows, both asked for in one request, and against its reading before.

@param nodes Its own CLUSTER NODES.
*/
export function busLinksIn(
	links: readonly BusLink[],
	nodes: readonly ClusterNode[],
	before: BusLinks | undefined,
): BusLinks {
	const peers = nodes.filter(({flags}) => !unlinked.some(flag => flags.has(flag)));
	const present = new Set(links.map(keyOf));
	const missedBefore = new Set(before?.gaps.map(keyOf));
	const gaps = peers.flatMap(({id}) =>
		(['to', 'from'] as const).flatMap((direction): LinkGap[] => {
			const gap = {direction, peer: id};
			return present.has(keyOf(gap)) ? [] : [{...gap, isConfirmed: missedBefore.has(keyOf(gap))}];
		}),
	);
	return {
		present: 2 * peers.length - gaps.length,
		expected: 2 * peers.length,
		gaps,
		unsentBytes: links.reduce((sum, {unsentBytes}) => sum + unsentBytes, 0),
		backlogs: backlogsIn(links, before),
	};
}

/** One that is not among those of the reading before was shorter than what counts, or not there. */
function backlogsIn(links: readonly BusLink[], before: BusLinks | undefined): LinkBacklog[] {
	const earlier = new Map(before?.backlogs.map(backlog => [keyOf(backlog), backlog.unsentBytes]));
	return links
		.filter(({unsentBytes}) => unsentBytes >= leastBacklogBytes)
		.sort((a, b) => b.unsentBytes - a.unsentBytes)
		.slice(0, backlogsKept)
		.map(link => ({
			direction: link.direction,
			peer: link.peer,
			unsentBytes: link.unsentBytes,
			beforeBytes: before === undefined ? undefined : (earlier.get(keyOf(link)) ?? 0),
		}));
}

/** Links that were missing twice in a row, by direction. */
export const missingPeers = ({gaps}: BusLinks, direction: LinkDirection): NodeId[] =>
	gaps.filter(gap => gap.direction === direction && gap.isConfirmed).map(({peer}) => peer);
