import type {BusLink, BusLinks, LinkBacklog, LinkDirection, LinkGap} from '../domain/bus-links.js';
import type {ClusterNode} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';

/**
Unsent bytes from which a link's buffer counts as a backlog. The buffer of an idle link has 48 bytes. The buffer of a
busy link briefly has some kilobytes.
*/
const leastBacklogBytes = 64 * 1024;
const backlogsKept = 8;

/**
Flags of nodes to which a node has no link: the node itself, and nodes that are not met yet, have no address, or are
failing.
*/
const unlinked = ['myself', 'handshake', 'noaddr', 'fail', 'fail?'];

const keyOf = ({direction, peer}: {readonly direction: LinkDirection; readonly peer: NodeId}) => `${direction} ${peer}`;

/**
Compares a node's links with the peers that it knows, and with its links in the previous reading. CLUSTER LINKS and
CLUSTER NODES are read in one write, so both show the same moment.

@param nodes The node's own CLUSTER NODES.
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

/**
The largest backlogs now, each with its bytes in the previous reading (`beforeBytes`). A link that had no backlog in
that reading gets 0 bytes. Without a previous reading, `beforeBytes` is undefined.
*/
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

/** The peers whose link in this direction was missing in two readings in a row. */
export const missingPeers = ({gaps}: BusLinks, direction: LinkDirection): NodeId[] =>
	gaps.filter(gap => gap.direction === direction && gap.isConfirmed).map(({peer}) => peer);
