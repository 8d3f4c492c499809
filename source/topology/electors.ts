import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import type {Shard, Topology, TopologyNode} from '../domain/topology.js';
import {hostInAddress, type ImaginedFailure} from './imagined-failures.js';
import {type Nodes, nodeFinder} from './replication-edges.js';

/**
The nodes that would decide on a failover, and how many of them are left after a failure.

- `primaries`: a cluster, where more than half of the primaries with slots must vote. A failed primary counts in the
  total.
- `sentinels`: more than half of the Sentinels that monitor the primary must authorise the failover, and at least
  `quorum` must agree that the primary is down.
- `nobody`: neither a cluster nor Sentinels; a replica is promoted by hand.

Sources: Redis cluster_legacy.c, `clusterSendFailoverAuthIfNeeded`; sentinel.c, `sentinelFailoverStateMachine`.
*/
export type Electors =
	| {
			readonly kind: 'primaries' | 'sentinels';
			readonly total: number;
			readonly left: number;
			readonly needed: number;
	  }
	| {readonly kind: 'nobody'};

export const canElect = (electors: Electors): boolean => electors.kind !== 'nobody' && electors.left >= electors.needed;

const isSeenFailing = ({reach, flags}: TopologyNode): boolean =>
	reach === 'down' || reach === 'gone' || flags.includes('fail') || flags.includes('fail?');

/** The primaries with slots, and those of them that can vote now. */
const ownersOf = memoizeByRef(({shards}: Topology) => {
	const owners = shards.flatMap(({primary, slotCount}) => (primary !== undefined && slotCount > 0 ? [primary] : []));
	return {total: owners.length, voting: new Set(owners.filter(owner => !isSeenFailing(owner)))};
});

/** The voting primaries of a cluster, and how many of them are left after a failure. */
export function votingPrimaries(topology: Topology, failure: ImaginedFailure): Electors {
	const {total, voting} = ownersOf(topology);
	const left = voting.size - failure.nodes.filter(node => voting.has(node)).length;
	return {kind: 'primaries', total, left, needed: Math.floor(total / 2) + 1};
}

/**
The Sentinels that monitor a primary, and how many are left after a failure. For a Sentinel that redis-top cannot ask,
the reports of answering Sentinels count.
*/
export function watchingSentinels(
	{primary}: Pick<Shard, 'primary'>,
	nodes: Nodes,
	isDead: (address: NodeAddress) => boolean,
): Electors {
	const sameNode = nodeFinder(nodes);
	const watches = [...nodes.values()].flatMap(({address, failure, sentinel}) => {
		const watched = sentinel?.value.primaries.find(({address: named}) => sameNode(named) === primary?.address);
		return watched === undefined ? [] : [{address, isUp: failure === undefined, watched}];
	});
	if (watches.length === 0) {
		return {kind: 'nobody'};
	}

	/** Whether each Sentinel works. Its own answer to redis-top counts first, then the reports of other Sentinels. */
	const working = new Map<NodeAddress, boolean>();
	for (const {watched} of watches.filter(({isUp}) => isUp)) {
		for (const {address, flags} of watched.sentinels ?? []) {
			const named = sameNode(address);
			working.set(named, (working.get(named) ?? false) || !(flags.has('s_down') || flags.has('disconnected')));
		}
	}

	for (const {address, isUp} of watches) {
		working.set(address, isUp);
	}

	const counted = watches.map(({watched}) => (watched.otherSentinels ?? 0) + 1);
	const total = Math.max(working.size, ...counted);
	const lost = [...working].filter(([address, works]) => !works || isDead(address)).length;
	const quorum = Math.max(1, ...watches.map(({watched}) => watched.quorum ?? 1));
	return {kind: 'sentinels', total, left: total - lost, needed: Math.max(quorum, Math.floor(total / 2) + 1)};
}

/**
Returns a function that tells whether the node at an address would be down after an imagined failure. redis-top doesn't
poll every Sentinel. If a host fails, an address that is not polled is down when it names that host.
*/
export function deadAddresses({kind, name, nodes}: ImaginedFailure, known: Nodes): (address: NodeAddress) => boolean {
	const dead = new Set(nodes.map(({address}) => address));
	return address => dead.has(address) || (kind === 'host' && !known.has(address) && hostInAddress(address) === name);
}
