import type {ActionId} from '../domain/action.js';
import type {Remedy} from '../domain/finding.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {ClusterState} from './cluster-state.js';
import type {ClusterComparison} from './comparison.js';
import type {ReadView} from './node-view.js';

const lostFor = ({replica}: ReadView): number => Math.max(0, replica?.linkDownSeconds ?? 0);

/** Which of a primary's replicas should take over: of those that answer and may, the one that heard of it last. */
export function failoverCandidateOf(
	{views}: Pick<ClusterComparison, 'views'>,
	primary: NodeId,
): NodeAddress | undefined {
	const candidates = views.filter(
		({self: {flags, primaryId}}) => primaryId === primary && flags.has('slave') && !flags.has('nofailover'),
	);
	return candidates.toSorted((a, b) => lostFor(a) - lostFor(b))[0]?.address;
}

const ownsSlots = ({views}: ClusterComparison, id: NodeId): boolean =>
	views.some(({lines}) => (lines.get(id)?.slots.length ?? 0) > 0);

/** Promotes a replica of the first failed owner that has one; no action where no owner failed, or none has. */
export function takeOver({distrust, comparison}: ClusterState): {
	readonly action: ActionId | undefined;
	readonly remedy: Remedy | undefined;
} {
	const candidates = [...distrust].flatMap(([id, {isFailed}]) =>
		isFailed && ownsSlots(comparison, id) ? (failoverCandidateOf(comparison, id) ?? []) : [],
	);
	const [node] = candidates;
	return node === undefined
		? {action: undefined, remedy: undefined}
		: {action: 'cluster-failover-force', remedy: {node}};
}
