import type {ActionName} from '../domain/action.js';
import type {Remedy} from '../domain/finding.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {ClusterState} from './cluster-state.js';
import type {ClusterComparison} from './comparison.js';
import type {ReadView} from './node-view.js';
import {dataObstacle} from './replica-data.js';

const linkDownSeconds = ({replica}: ReadView): number => Math.max(0, replica?.linkDownSeconds ?? 0);

/**
The replica that should replace a primary. It answers and has data. A replica that may be promoted goes before one with
`cluster-replica-no-failover`, which only a failover by hand ignores. Then the replica whose link to the primary was
lost last.
*/
export function failoverCandidateOf(
	{views}: Pick<ClusterComparison, 'views'>,
	primary: NodeId,
): NodeAddress | undefined {
	const candidates = views.filter(
		({self: {flags, primaryId}, replica}) =>
			primaryId === primary && flags.has('slave') && (replica?.linkDownSeconds ?? 0) >= 0,
	);
	const isHeldBack = ({self}: ReadView): number => (self.flags.has('nofailover') ? 1 : 0);
	return candidates.toSorted((a, b) => isHeldBack(a) - isHeldBack(b) || linkDownSeconds(a) - linkDownSeconds(b))[0]
		?.address;
}

const ownsSlots = ({views}: ClusterComparison, id: NodeId): boolean =>
	views.some(({lines}) => (lines.get(id)?.slots.length ?? 0) > 0);

/**
The action that promotes a replica, and the node to which the action is sent. The replica is a failover candidate of the
first failed owner that has such a replica. Both are undefined if no failed owner has a candidate. A replica with data that is too
old for an election is no candidate: its promotion loses writes, so the first step is to start the owner again.
*/
export function takeoverRemedy({failureReports, comparison, nodeTimeoutMs}: ClusterState): {
	readonly action: ActionName | undefined;
	readonly remedy: Remedy | undefined;
} {
	const candidates = [...failureReports]
		.flatMap(([id, {isFailed}]) =>
			isFailed && ownsSlots(comparison, id) ? (failoverCandidateOf(comparison, id) ?? []) : [],
		)
		.filter(address => {
			const replica = comparison.views.find(view => view.address === address)?.replica;
			return replica === undefined || dataObstacle(replica, nodeTimeoutMs) === undefined;
		});
	// CLUSTER FAILOVER FORCE needs the votes of a majority of the primaries.
	const [node] = comparison.partitions.some(({hasMajority}) => hasMajority) ? candidates : [];
	return node === undefined
		? {action: undefined, remedy: undefined}
		: {action: 'cluster-failover-force', remedy: {node}};
}
